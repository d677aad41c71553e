/** Campaign labels: the UTM parameters, under their own names and those of Matomo. */
import { campaignIdOf, labelOf } from './labels.ts';
import { decodeParameter } from './percent.ts';

export const UTM_FIELDS = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'utm_id'] as const;
export type UtmField = (typeof UTM_FIELDS)[number];
export type Utm = Record<UtmField, string | null>;

/** Matomo's parameters (mtm_, earlier pk_, matomo_ and piwik_), without their beginning. */
const MATOMO_NAMES: Record<string, UtmField> = {
  source: 'utm_source',
  medium: 'utm_medium',
  campaign: 'utm_campaign',
  cpn: 'utm_campaign',
  content: 'utm_content',
  keyword: 'utm_term',
  kwd: 'utm_term',
  cid: 'utm_id',
};
const FIELDS = new Map<string, UtmField>(UTM_FIELDS.map((field) => [field, field]));
for (const beginning of ['mtm_', 'pk_', 'matomo_', 'piwik_'])
  for (const [name, field] of Object.entries(MATOMO_NAMES)) FIELDS.set(beginning + name, field);

/** The label that a URL parameter holds (its name in lower case); undefined for any other parameter. */
export function labelField(parameter: string): UtmField | undefined {
  return FIELDS.get(parameter);
}

/** The labels that the caller sent. */
export function sentUtm(columns: Readonly<Utm>): Utm {
  const utm = {} as Utm;
  for (const field of UTM_FIELDS) utm[field] = spelled(field, columns[field]);
  return utm;
}

/** Fills a label from the raw value of a URL parameter when it is still missing. */
export function fillUtm(utm: Utm, field: UtmField, raw_value: string): void {
  if (utm[field] === null) utm[field] = spelled(field, decodeParameter(raw_value));
}

function spelled(field: UtmField, text: string | null): string | null {
  if (text === null) return null;
  return field === 'utm_id' ? campaignIdOf(text) : labelOf(text);
}
