/** ISO 4217 (list one, amendment 179): active currencies and the decimals of their minor unit. */

const BY_DECIMALS: Record<number, string> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
    'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ' +
    'ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV ' +
    'MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD ' +
    'SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const DECIMALS = new Map<string, number>();
for (const [decimals, codes] of Object.entries(BY_DECIMALS)) {
  for (const code of codes.split(' ')) DECIMALS.set(code, Number(decimals));
}

/** Decimals of a currency's minor unit, or undefined when `code` is not an active ISO 4217 currency. */
export function currencyDecimals(code: string): number | undefined {
  return DECIMALS.get(code);
}

/** Why `code` is not a currency, or undefined when it is one. */
export function currencyProblem(code: string): string | undefined {
  if (DECIMALS.has(code)) return undefined;
  const shown = JSON.stringify(code.slice(0, 20));
  const upper = code.trim().toUpperCase();
  const hint = DECIMALS.has(upper) ? `did you mean ${upper}?` : 'send an ISO 4217 code such as USD, EUR or JPY';
  return `${shown} is not an ISO 4217 currency; ${hint}`;
}
