/** The effects of sends on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { clip } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { NOTHING, number, textTable } from './table.ts';

const PER = 100;
/** Characters of a card: the effect, its meaning and a sentence for each control. */
const MAX_SENTENCE = 2_000;

/** A difference and its interval, such as `+1.20 (+0.80 – +1.60)`. */
function difference(row: ReportJson, measure: string, scale: number): string {
  const [value, low, high] = ['difference', 'low', 'high'].map((part) => row[`${measure}_${part}`]);
  if (typeof value !== 'number') return NOTHING;
  const shown = (one: unknown): string => {
    const scaled = (one as number) * scale;
    return `${scaled >= 0 ? '+' : '−'}${number(Math.abs(scaled), 2)}`;
  };
  return `${shown(value)} (${shown(low)} – ${shown(high)})`;
}

export function showSendEffects(report: ReportJson, limit: number): string {
  const blasts = report['blasts'] as ReportJson[];
  const title = reportTitle(`Effects of sends, ${report['window_hours']} hours`, report);
  if (blasts.length === 0) return `${title}no blast begins in the period\n${reportWarnings(report)}`;
  const shown = blasts.slice(0, limit);
  const nameOf = (blast: ReportJson): string =>
    [blast['campaign_id'], blast['email_id']].filter((part) => part !== null).join(' / ');
  const names = [
    'blast',
    'sent at',
    'order of sending',
    'sent',
    'compared',
    'not sent',
    'orders per 100',
    'revenue per person',
  ];
  const table = textTable(
    names.map((name, i) => ({ name, right: i > 2 })),
    shown.map((blast) => [
      nameOf(blast),
      String(blast['first_sent_at']).slice(0, 16).replace('T', ' '),
      blast['basis'] === 'random_order' ? 'random' : 'not random',
      ...['sent_people', 'compared_people', 'compared_others'].map((field) => number(blast[field])),
      difference(blast, 'orders', PER),
      difference(blast, 'revenue', 1),
    ]),
  );
  const cards = shown.map((blast) => `${clip(nameOf(blast))}: ${clip(blast['sentence'], MAX_SENTENCE)}\n`);
  return `${title}${table}${more(blasts.length, shown.length)}\n${cards.join('')}${reportWarnings(report)}`;
}
