/**
 * Click ids that ad networks and email tools append to links. They are case-sensitive and stored as sent. Of ids that name a
 * person only a hash is stored, which still shows that two clicks carry the same id.
 * Names: PostHog's `event-utils.ts` and the networks' own documents.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '../domain/record.ts';
import { nameFault } from '../domain/text.ts';
import { decodeParameter } from './percent.ts';

const AD_NAMES =
  'gclid gclsrc gbraid wbraid dclid gad_source gad_campaignid msclkid fbclid igshid srsltid ttclid twclid li_fat_id ' +
  'rdt_cid epik ScCid qclid irclickid irclid yclid dicbo tblci cjevent awc ranSiteID';
/** Ids of clicks that this product made, in links of its own. They say which click it was, and decide no channel. */
const OWN_NAME = 'ct';
/** A ULID. Other tools have a parameter of this name with a word in it. */
const OWN_VALUE = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const EMAIL_NAMES = 'mc_cid _hsmi elqTrackId spMailingID';
/** Parameters whose value names one subscriber. */
const PERSONAL_NAMES =
  'mc_eid _kx _hsenc mkt_tok vero_id oly_enc_id oly_anon_id __s ml_subscriber ck_subscriber_id dm_i sfmc_sub sfmc_id';
/** HubSpot ads and Salesforce Marketing Cloud use families of names. */
const PREFIXES = ['hsa_', 'sfmc_'];

/** Lower-case name in the URL -> the name as it is stored. */
const NAMES = new Map<string, string>();
for (const name of `${OWN_NAME} ${AD_NAMES} ${EMAIL_NAMES} ${PERSONAL_NAMES}`.split(' '))
  NAMES.set(name.toLowerCase(), name);
const PERSONAL = new Set(PERSONAL_NAMES.split(' '));
const EMAIL = new Set(`${EMAIL_NAMES} ${PERSONAL_NAMES}`.split(' '));

/** A longer value is not stored as a click id, because a cut one would be wrong. */
const MAX_VALUE_LENGTH = 500;
const MAX_COUNT = 30;

/** True for ids that only email tools append. */
export function isEmailClickId(name: string): boolean {
  return EMAIL.has(name) || name.startsWith('sfmc_');
}

/** True for a parameter (given in lower case) whose value names one subscriber. */
export function namesPerson(parameter: string): boolean {
  const name = NAMES.get(parameter);
  return name !== undefined && PERSONAL.has(name);
}

/** The length of the longest name in {@link PERSONAL}. */
export const MAX_PERSONAL_LENGTH = Math.max(...[...PERSONAL].map((name) => name.length));

/** The stored name of a click id parameter (given in lower case), or undefined for any other parameter. */
export function clickIdName(parameter: string): string | undefined {
  const name = NAMES.get(parameter);
  if (name !== undefined) return name;
  for (const prefix of PREFIXES) {
    if (parameter.startsWith(prefix) && parameter.length <= 40 && /^\w+$/.test(parameter)) return parameter;
  }
  return undefined;
}

/** Adds one URL parameter to `ids` when it is a click id; the first of duplicates wins. */
export function addClickId(
  ids: Record<string, string> | null,
  parameter: string,
  raw: string,
): Record<string, string> | null {
  const name = clickIdName(parameter);
  if (name === undefined || ids?.[name] !== undefined) return ids;
  const value = decodeParameter(raw);
  if (value === '' || value.length > MAX_VALUE_LENGTH || nameFault(value) !== undefined) return ids;
  if (name === OWN_NAME && !OWN_VALUE.test(value)) return ids;
  const known = ids ?? {};
  if (Object.keys(known).length >= MAX_COUNT) return ids;
  known[name] = PERSONAL.has(name) ? hashed(value) : value;
  return known;
}

/**
 * Sent click ids, if the only one is that of a click of this product. The script for pages sends it alone, and leaves the others in
 * the URL. Null for all other ids: their sender has read the URL.
 */
export function ownClickOnly(sent: Readonly<Record<string, unknown>>): Record<string, string> | null {
  const [name, ...others] = Object.keys(sent);
  const value = sent[OWN_NAME];
  return name === OWN_NAME && others.length === 0 && typeof value === 'string' ? { [OWN_NAME]: value } : null;
}

export function clickIdsJson(ids: Record<string, string> | null): string | null {
  return ids && (canonicalJson(ids) ?? null);
}

const HASHED = /^sha256:[0-9a-f]{16}$/;

/** The stored form of an id that names a person. Hashing it again changes nothing. */
export function hashed(value: string): string {
  return HASHED.test(value) ? value : `sha256:${hash('sha256', value, 'hex').slice(0, 16)}`;
}
