/** A digest as plain text, for mail programs that show no HTML, and for people who want none. */
import { pairs, textTable } from '../table.ts';
import { aboutText, cardText, type Digest } from './digest.ts';
import { NO_ROWS } from './digest-tables.ts';
import type { MailLinks } from './html.ts';

export function digestText(digest: Digest, { page, unsubscribe }: MailLinks): string {
  const { title, cards, compared, trend, tables, warnings, model, origin } = digest;
  const parts = [
    `${title}\n${aboutText(digest)}\n`,
    pairs(cards.map((card) => [card.name, cardText(card)])) + (compared && `  ${compared}\n`),
    ...(trend === null ? [] : [`${trend.title}\n  ${trend.words}\n`]),
    ...tables.map(({ title: name, columns, rows, totals, left_out }) => {
      if (rows.length === 0) return `${name}\n  ${NO_ROWS}\n`;
      const body = textTable(
        columns,
        rows.map((cells) => [...cells]),
        totals === null ? [] : [[...totals]],
      );
      return `${name}\n${body}${left_out === 0 ? '' : `  … and ${left_out} more\n`}`;
    }),
    ...warnings.map((warning) => `Note: ${warning}\n`),
    ...(page === null ? [] : [`The page with these figures: ${page}\n`]),
    `Revenue is credited by the model ${model}. Figures of ${origin}.\n`,
    ...(unsubscribe === null ? [] : [`Unsubscribe: ${unsubscribe}\n`]),
  ];
  return parts.join('\n');
}
