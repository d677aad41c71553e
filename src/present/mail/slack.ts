/** A digest as a message for an incoming webhook of Slack (docs.slack.dev, Block Kit). Texts of the log cannot make links or mentions. */
import { escapeSlack } from '../../domain/text.ts';
import { textTable } from '../table.ts';
import { cardText, type Digest } from './digest.ts';
import { NO_ROWS } from './digest-tables.ts';

/** Limits of Block Kit, in characters. */
const HEADER = 150;
const SECTION = 3_000;

type Block = Record<string, unknown>;

/** The body of the request. @param page the page with the same figures; null without one. */
export function slackMessage(digest: Digest, page: string | null): Record<string, unknown> {
  const { title, period, brand_id, cards, compared, trend, tables, warnings, model, origin } = digest;
  const blocks: Block[] = [
    { type: 'header', text: { type: 'plain_text', text: `${title} · ${period}`.slice(0, HEADER) } },
    {
      type: 'section',
      fields: cards.map((card) => marked(`*${escaped(card.name)}*\n${escaped(cardText(card))}`)),
    },
    ...(trend === null ? [] : [section(`*${escaped(trend.title)}*\n${escaped(trend.words)}`)]),
    ...tables.map((table) => {
      if (table.rows.length === 0) return section(`*${escaped(table.title)}*\n${NO_ROWS}`);
      const rows = [...table.rows];
      // Rows go from the end until the table fits.
      for (;;) {
        const body = textTable(
          table.columns,
          rows.map((cells) => [...cells]),
          table.totals === null ? [] : [[...table.totals]],
        );
        const left_out = table.left_out + table.rows.length - rows.length;
        const whole = `*${escaped(table.title)}*\n\`\`\`${escaped(body)}\`\`\`${left_out === 0 ? '' : `\n… and ${left_out} more`}`;
        if (whole.length <= SECTION || rows.length === 0) return section(whole.slice(0, SECTION));
        rows.pop();
      }
    }),
    ...warnings.map((warning) => section(`Note: ${escaped(warning)}`)),
    ...(page === null
      ? []
      : [
          {
            type: 'actions',
            elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open the page' }, url: page }],
          },
        ]),
    {
      type: 'context',
      elements: [
        marked(escaped(`${compared && `${compared} `}${brand_id} · model ${model} · ${origin}`).slice(0, SECTION)),
      ],
    },
  ];
  const [first] = cards;
  return { text: escaped(`${title}, ${period}: ${first!.name} ${cardText(first!)}`), blocks };
}

const marked = (text: string): Block => ({ type: 'mrkdwn', text, verbatim: true });
const section = (text: string): Block => ({ type: 'section', text: marked(text) });

/** Without the sign that would end a block of code, too. */
const escaped = (text: string): string => escapeSlack(text).replaceAll('`', "'");
