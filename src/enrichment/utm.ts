/** Campaign labels: the five UTM parameters. */
import { MAX_TEXT_LENGTH } from '../domain/fields.ts';
import { oneLine } from './labels.ts';
import { decodeParameter } from './percent.ts';

export const UTM_FIELDS = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'] as const;
export type UtmField = (typeof UTM_FIELDS)[number];
export type Utm = Record<UtmField, string | null>;

/** The labels that the caller sent, unchanged. */
export function sentUtm(columns: Readonly<Utm>): Utm {
  const { utm_source, utm_medium, utm_campaign, utm_content, utm_term } = columns;
  return { utm_source, utm_medium, utm_campaign, utm_content, utm_term };
}

/**
 * Fills `name` from a URL parameter when it is still missing: a sent label stays, and the first of duplicates wins.
 * Labels from URLs are lower-cased, because `Newsletter` and `newsletter` are one campaign.
 */
export function fillUtm(utm: Utm, name: string, raw_value: string): void {
  if (!(name in utm) || utm[name as UtmField] !== null) return;
  const label = oneLine(decodeParameter(raw_value).toLowerCase(), MAX_TEXT_LENGTH);
  if (label !== '') utm[name as UtmField] = label;
}
