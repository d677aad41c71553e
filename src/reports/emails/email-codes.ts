/** Numbers for what the report on times of sending asks of events, so that it compares numbers. */
import type { EmailHistories } from '../../histories/emails/email-histories.ts';
import { groupLabels } from '../../histories/label-facts.ts';

export interface EmailCodes {
  /** The kinds of campaigns: none, then those with a name in their order. */
  kinds: ReadonlyArray<string | null>;
  /** By number of a kind of event: whether it is a delivery or a click, the number of its kind of campaign, and its series. */
  is_delivery: Uint8Array;
  is_click: Uint8Array;
  kind: Uint8Array;
  series: Uint32Array;
  /** The series by label of a touchpoint. Events of one campaign and email have one series. */
  series_of_touch: Uint32Array;
  /** The number of a kind of campaign; one that no email has if it is not known. */
  numberOfKind: (campaign_kind: string) => number;
}

export function emailCodes({ emails, histories, kinds }: EmailHistories): EmailCodes {
  const named = new Set(emails.labels.flatMap(({ campaign_kind }) => campaign_kind ?? []));
  const all = [null, ...[...named].sort()];
  const series = new Map<string, number>();
  const seriesOf = (campaign_id: string | null, email_id: string | null): number => {
    const text = JSON.stringify([campaign_id ?? '', email_id ?? '']);
    const number = series.get(text) ?? series.size;
    series.set(text, number);
    return number;
  };
  const of_touch = groupLabels(histories.labels, ['email_id', 'campaign_id']);
  const of_groups = of_touch.values.map(([email_id, campaign_id]) => seriesOf(campaign_id!, email_id!));
  const series_of_touch = Uint32Array.from(histories.labels, (_, label) => of_groups[of_touch.group[label]!]!);
  const of_emails = emails.labels.map(({ campaign_id, email_id }) => seriesOf(campaign_id, email_id));
  return {
    kinds: all,
    is_delivery: Uint8Array.from(kinds, (kind) => Number(kind?.kind === 'delivered')),
    is_click: Uint8Array.from(kinds, (kind) => Number(kind?.kind === 'email_click')),
    kind: Uint8Array.from(kinds, (kind) => all.indexOf(kind?.campaign_kind ?? null)),
    series: Uint32Array.from([...of_emails, ...series_of_touch]),
    series_of_touch,
    numberOfKind: (campaign_kind) => (named.has(campaign_kind) ? all.indexOf(campaign_kind) : all.length),
  };
}
