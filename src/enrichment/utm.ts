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

const sent = (text: string | null): string | null => (text === null ? null : labelOf(text));

/** The labels that the caller sent. */
export function sentUtm(columns: Readonly<Utm>): Utm {
  return {
    utm_source: sent(columns.utm_source),
    utm_medium: sent(columns.utm_medium),
    utm_campaign: sent(columns.utm_campaign),
    utm_content: sent(columns.utm_content),
    utm_term: sent(columns.utm_term),
    utm_id: columns.utm_id === null ? null : campaignIdOf(columns.utm_id),
  };
}

/** Fills a label from the raw value of a URL parameter when it is still missing. */
export function fillUtm(utm: Utm, field: UtmField, raw_value: string): void {
  if (utm[field] !== null) return;
  const value = decodeParameter(raw_value);
  utm[field] = field === 'utm_id' ? campaignIdOf(value) : labelOf(value);
}
