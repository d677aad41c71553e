/** The result of a fit on a terminal. */
import type { FitAnswer, FittedChannel } from '../models/fit-answer.ts';
import { line } from './clip.ts';
import { NOTHING, number, percent, type TextColumn, textTable } from './table.ts';

/** The table shows at most this many positions. */
const MAX_POSITIONS = 8;

export function showFit(answer: FitAnswer): string {
  const { model, order, journeys, conversions, value } = answer;
  const head =
    line`\n${model === 'markov' ? `Markov chain of order ${order}` : 'Shapley value, closed form'}: ` +
    `${number(journeys)} journeys, ${number(conversions)} conversions worth ${number(value, 2)}, ` +
    `${percent(answer.conversion_probability)} convert\n\n`;
  const parts = [head, channels(answer)];
  if (answer.ordered) parts.push('\n', positions(answer));
  if (answer.orders) parts.push('\n', orders(answer));
  if (model === 'markov')
    parts.push(
      '\n  conversions and value: removal effects scaled to the total. By touch: each conversion is shared by the touches of its path.\n',
      '  The two methods answer different questions. Neither measures cause.\n',
    );
  parts.push(...answer.warnings.map((warning) => line`\n  note: ${warning}\n`));
  return parts.join('');
}

const right = (name: string): TextColumn => ({ name, right: true });
const effect = (share: number | null | undefined): string => (typeof share === 'number' ? share.toFixed(4) : NOTHING);

function channels(answer: FitAnswer): string {
  const of_markov = answer.model === 'markov';
  const columns = ['conversions', 'value'];
  if (of_markov) columns.push('effect', 'effect on value', 'by touch', 'value by touch');
  const line = (row: FittedChannel): string[] => {
    const cells = [row.channel, number(row.conversions, 2), number(row.value, 2)];
    if (of_markov)
      cells.push(
        effect(row.removal_effect_conversions),
        effect(row.removal_effect_value),
        number(row.touch_weighted_conversions, 2),
        number(row.touch_weighted_value, 2),
      );
    return cells;
  };
  return textTable([{ name: 'channel' }, ...columns.map(right)], answer.channels.map(line));
}

function positions(answer: FitAnswer): string {
  const most = Math.max(0, ...answer.channels.map((row) => row.positions?.length ?? 0));
  const shown = Math.min(most, MAX_POSITIONS);
  const numbers = Array.from({ length: shown }, (_, q) => q);
  const later = most > shown ? ['later'] : [];
  const lines = answer.channels.map((row) => {
    const earned = (row.positions ?? []).map((cell) => cell.conversions);
    const rest = earned.slice(shown).reduce((all, amount) => all + amount, 0);
    return [row.channel, ...numbers.map((q) => number(earned[q] ?? 0, 2)), ...later.map(() => number(rest, 2))];
  });
  const names = ['conversions by position', ...numbers.map((q) => String(q + 1)), ...later];
  return textTable(
    names.map((name, i) => ({ name, right: i > 0 })),
    lines,
  );
}

function orders({ orders: losses = [], order }: FitAnswer): string {
  const lines = losses.map((loss) => [
    `${loss.order}${loss.order === order ? ' (chosen)' : ''}`,
    loss.next_loss.toFixed(5),
    loss.conversion_loss.toFixed(5),
    loss.journey_loss.toFixed(5),
  ]);
  const columns = ['next touch', 'conversion', 'journey'].map(right);
  return textTable([{ name: 'held-out log-loss of order' }, ...columns], lines);
}
