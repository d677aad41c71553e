/**
 * ISO 4217: active currencies (list one, amendment 179, and the end of the lev) with the decimals of their minor unit, and
 * currencies that were withdrawn since 1999, with the last day on which they were money.
 */
import { formatDate, MS_PER_DAY, MS_PER_HOUR, parseDate } from './time.ts';

const BY_DECIMALS: Record<number, string> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
    'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ' +
    'ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV ' +
    'MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD ' +
    'SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/**
 * Withdrawn currencies: code, decimals, last day, and what replaced it. Of those that the euro replaced, the last day is the one before
 * it. Else, where two were money for a while, the later day counts.
 */
const WITHDRAWN_LIST = `
  ADP 2 2001-12-31 EUR  AFA 2 2003-01-02 AFN  ANG 2 2025-06-30 XCG  AON 2 2000-02-29 AOA  ATS 2 2001-12-31 EUR  AZM 2 2006-12-31 AZN
  BEF 2 2001-12-31 EUR  BGL 2 1999-12-31 BGN  BGN 2 2025-12-31 EUR  BYB 0 2000-12-31 BYR  BYR 0 2016-12-31 BYN
  CSD 2 2006-10-25 RSD  CUC 2 2021-06-30 CUP  CYP 2 2007-12-31 EUR  DEM 2 2001-12-31 EUR  ECS 2 2000-09-15 USD
  EEK 2 2010-12-31 EUR  ESP 2 2001-12-31 EUR  FIM 2 2001-12-31 EUR  FRF 2 2001-12-31 EUR  GHC 2 2007-12-31 GHS
  GRD 2 2001-12-31 EUR  HRK 2 2022-12-31 EUR  IEP 2 2001-12-31 EUR  ITL 2 2001-12-31 EUR  LTL 2 2014-12-31 EUR
  LUF 2 2001-12-31 EUR  LVL 2 2013-12-31 EUR  MGF 2 2004-12-31 MGA  MRO 2 2018-12-31 MRU  MTL 2 2007-12-31 EUR
  MZM 2 2006-12-31 MZN  NLG 2 2001-12-31 EUR  PTE 2 2001-12-31 EUR  ROL 2 2006-12-31 RON  RUR 2 2003-12-31 RUB  SDD 2 2007-06-30 SDG
  SIT 2 2006-12-31 EUR  SKK 2 2008-12-31 EUR  SLL 2 2023-12-31 SLE  SRG 2 2003-12-31 SRD  STD 2 2018-06-30 STN  TJR 2 2001-04-01 TJS
  TMM 2 2009-12-31 TMT  TRL 0 2005-12-31 TRY  USS 2 2014-03-27 USN  VEB 2 2007-12-31 VEF  VEF 2 2018-12-05 VES
  YUM 2 2003-07-02 CSD  ZMK 2 2012-12-31 ZMW  ZWD 2 2006-08-21 ZWN  ZWN 2 2009-01-31 ZWR  ZWR 2 2009-04-12 USD
  ZWL 2 2024-08-31 ZWG`;

interface Withdrawn {
  /** Days since 1970-01-01. */
  last_day: number;
  replaced_by: string;
}

const DECIMALS = new Map<string, number>();
for (const [decimals, codes] of Object.entries(BY_DECIMALS)) {
  for (const code of codes.split(' ')) DECIMALS.set(code, Number(decimals));
}
const WITHDRAWN = new Map<string, Withdrawn>();
for (const [, code, decimals, last_day, replaced_by] of WITHDRAWN_LIST.matchAll(/(\w+) (\d) (\S+) (\w+)/g)) {
  DECIMALS.set(code!, Number(decimals));
  WITHDRAWN.set(code!, { last_day: parseDate(last_day!) as number, replaced_by: replaced_by! });
}

/** A day ends last in the zone UTC-12. */
const LATEST_ZONE_MS = 12 * MS_PER_HOUR;

/** Decimals of a currency's minor unit, or undefined when `code` is not a currency of ISO 4217, active or withdrawn. */
export function currencyDecimals(code: string): number | undefined {
  return DECIMALS.get(code);
}

/** Why `code` is not a currency, or undefined when it is one, active or withdrawn. */
export function currencyProblem(code: string): string | undefined {
  if (DECIMALS.has(code)) return undefined;
  const shown = JSON.stringify(code.slice(0, 20));
  const upper = code.trim().toUpperCase();
  const hint = DECIMALS.has(upper) ? `did you mean ${upper}?` : 'send an ISO 4217 code such as USD, EUR or JPY';
  return `${shown} is not an ISO 4217 currency; ${hint}`;
}

/** Why a currency was no money at an instant, in any zone; undefined when it was. */
export function withdrawnProblem(code: string, instant_ms: number): string | undefined {
  const withdrawn = WITHDRAWN.get(code);
  if (withdrawn === undefined || instant_ms < (withdrawn.last_day + 1) * MS_PER_DAY + LATEST_ZONE_MS) return undefined;
  const { last_day, replaced_by } = withdrawn;
  return `${code} was withdrawn after ${formatDate(last_day)} and replaced by ${replaced_by}; send ${replaced_by}, or a date up to that day`;
}
