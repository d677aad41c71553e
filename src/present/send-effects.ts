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

const NAMES = [
  'blast',
  'sent at',
  'order of sending',
  'sent',
  'compared',
  'not sent',
  'orders per 100',
  'revenue per person',
];
const BASES: Readonly<Record<string, string>> = { random_order: 'random', unlike_people: 'not random' };

const basisOf = (card: ReportJson): string => BASES[String(card['basis'])] ?? NOTHING;
const nameOf = (blast: ReportJson): string =>
  [blast['campaign_id'], blast['email_id']].filter((part) => part !== null).join(' / ');
const togetherOf = (card: ReportJson): string => `all ${card['blasts']}, ${basisOf(card)}`;
const figuresOf = (card: ReportJson): string[] => [
  number(card['compared_people']),
  number(card['compared_others']),
  difference(card, 'orders', PER),
  difference(card, 'revenue', 1),
];
const cardOf = (name: string, card: ReportJson): string => `${clip(name)}: ${clip(card['sentence'], MAX_SENTENCE)}\n`;

export function showSendEffects(report: ReportJson, limit: number): string {
  const blasts = report['blasts'] as ReportJson[];
  const title = reportTitle(`Effects of sends, ${report['window_hours']} hours`, report);
  if (blasts.length === 0) return `${title}no blast begins in the period\n${reportWarnings(report)}`;
  const shown = blasts.slice(0, limit);
  // One blast is the same alone and together.
  const together = blasts.length === 1 ? [] : (report['together'] as ReportJson[]);
  const table = textTable(
    NAMES.map((name, i) => ({ name, right: i > 2 })),
    shown.map((blast) => [
      nameOf(blast),
      String(blast['first_sent_at']).slice(0, 16).replace('T', ' '),
      basisOf(blast),
      number(blast['sent_people']),
      ...figuresOf(blast),
    ]),
    together.map((card) => [togetherOf(card), '', basisOf(card), '', ...figuresOf(card)]),
  );
  const cards = [
    ...shown.filter(({ conclusion }) => conclusion !== 'too_few').map((blast) => cardOf(nameOf(blast), blast)),
    ...together.map((card) => cardOf(togetherOf(card), card)),
  ];
  const few = shown.filter(({ conclusion }) => conclusion === 'too_few');
  const too_few = few.length === 0 ? [] : [cardOf(`${few.length} without figures`, few[0]!)];
  return `${title}${table}${more(blasts.length, shown.length)}\n${[...cards, ...too_few].join('')}${reportWarnings(report)}`;
}
