/**
 * A digest as HTML for mail programs: nested tables, styles on each element, 600 pixels at most, and narrower where the window is. Nothing is
 * loaded from elsewhere. The style sheet in the head only changes colours in the dark; a program that drops it shows the light mail.
 */
import { escapeHtml } from '../../domain/text.ts';
import { aboutText, type Card, cardText, type Digest, shortDay } from './digest.ts';
import { type DigestTable, NO_ROWS } from './digest-tables.ts';
import { CHART_WIDTH } from './trend-chart.ts';

/** Links of one mail, and how its chart is found. */
export interface MailLinks {
  /** The page with the same figures; null without one. */
  page: string | null;
  /** Where a reader stops the mails; null in a preview. */
  unsubscribe: string | null;
  /** `cid:NAME` of the chart. */
  chart: string;
}

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const INK = 'color:#1d2430';
const PALE = 'color:#5b6472';
const LINE = 'border-bottom:1px solid #e3e6eb';
const DARK = `@media (prefers-color-scheme: dark) {
.ground { background: #14171c !important } .sheet { background: #1d2127 !important; border-color: #343a44 !important }
.ink { color: #e9ecf1 !important } .pale { color: #a7b0bd !important } .line { border-color: #343a44 !important } }
@media (max-width: 480px) { .side { padding-left: 16px !important; padding-right: 16px !important } .cell { padding-left: 4px !important; font-size: 12px !important } }`;

export function digestHtml(digest: Digest, links: MailLinks): string {
  const { title, cards, compared, tables, warnings } = digest;
  const [first, second] = cards;
  const hint = `${first!.name} ${cardText(first!)}, ${second!.value} of all revenue`;
  const parts = [
    row(
      `<h1 class="ink" style="margin:0;${FONT};font-size:22px;line-height:28px;font-weight:600;${INK}">${escapeHtml(title)}</h1>` +
        text(aboutText(digest), 'padding-top:4px'),
      'padding-top:28px',
    ),
    row(cardTable(cards) + text(compared, 'font-size:13px'), 'padding-top:20px'),
    chart(digest, links),
    ...tables.map((table) => row(tableHtml(table), 'padding-top:28px')),
    ...(warnings.length === 0
      ? []
      : [row(warnings.map((one) => text(`Note: ${one}`, 'padding-top:4px')).join(''), 'padding-top:20px')]),
    ...(links.page === null ? [] : [row(button(links.page), 'padding-top:28px')]),
    row(foot(digest, links), 'padding-top:28px;padding-bottom:28px'),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(title)}</title><style>${DARK}</style></head>
<body class="ground" style="margin:0;padding:0;background:#f3f4f6">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(hint)}</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f4f6"><tr><td align="center" style="padding:16px 8px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="sheet" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:#ffffff;border:1px solid #e3e6eb;border-radius:6px">
${parts.join('\n')}
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body></html>
`;
}

const row = (content: string, style: string): string =>
  `<tr><td class="side" style="padding:0 24px;${style}">${content}</td></tr>`;

const text = (words: string, style = ''): string =>
  `<div class="pale" style="${FONT};font-size:14px;line-height:20px;${PALE};${style}">${escapeHtml(words)}</div>`;

const heading = (words: string): string =>
  `<h2 class="ink" style="margin:0 0 8px;${FONT};font-size:15px;line-height:20px;font-weight:600;${INK}">${escapeHtml(words)}</h2>`;

/** Two cards a line, so that they fit a telephone. */
function cardTable(cards: readonly Card[]): string {
  const cell = ({ name, value, unit, change }: Card): string =>
    `<td width="50%" valign="top" style="padding:0 8px 16px 0"><div class="pale" style="${FONT};font-size:13px;line-height:18px;${PALE}">${escapeHtml(name)}</div>` +
    `<div class="ink" style="${FONT};font-size:20px;line-height:28px;font-weight:600;${INK}">${escapeHtml(value)} <span style="font-size:13px;font-weight:400">${escapeHtml(unit) || '&nbsp;'}</span></div>` +
    `<div class="pale" style="${FONT};font-size:13px;line-height:18px;${PALE}">${escapeHtml(change)}</div></td>`;
  const lines: string[] = [];
  for (let i = 0; i < cards.length; i += 2)
    lines.push(
      `<tr>${cards
        .slice(i, i + 2)
        .map(cell)
        .join('')}</tr>`,
    );
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${lines.join('')}</table>`;
}

function chart({ trend }: Digest, links: MailLinks): string {
  if (trend === null) return '';
  const { title, days, words, note } = trend;
  const picture = `<img src="${escapeHtml(links.chart)}" width="${CHART_WIDTH}" alt="${escapeHtml(`${title}. ${words}`)}" class="pale" style="display:block;width:100%;max-width:${CHART_WIDTH}px;height:auto;border:0;${FONT};font-size:13px;line-height:18px;${PALE}">`;
  const label = (date: string): string => escapeHtml(shortDay(date));
  const style = `class="pale" style="padding-top:4px;${FONT};font-size:12px;line-height:16px;${PALE}"`;
  const ends = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td ${style}>${label(days[0]!.date)}</td><td align="right" ${style}>${label(days.at(-1)!.date)}</td></tr></table>`;
  return row(heading(title) + picture + ends + text(note, 'padding-top:4px;font-size:13px'), 'padding-top:24px');
}

function tableHtml({ title, columns, rows, parts, totals, left_out }: DigestTable): string {
  const cell = (tag: 'td' | 'th', i: number, content: string, style: string): string =>
    `<${tag} class="${i === 0 ? '' : 'cell '}line ${tag === 'th' ? 'pale' : 'ink'}" align="${columns[i]!.right ? 'right' : 'left'}" valign="top" style="padding:7px 0 7px ${i === 0 ? 0 : 10}px;${LINE};${FONT};font-size:13px;line-height:18px;${columns[i]!.right ? 'white-space:nowrap' : 'word-break:break-word'};${style}">${content}</${tag}>`;
  const head = columns.map(({ name }, i) => cell('th', i, escapeHtml(name), `font-weight:400;font-size:12px;${PALE}`));
  const body = rows.map((cells, line) =>
    cells.map((one, i) => cell('td', i, breakable(one) + (i === 0 && parts !== null ? bar(parts[line]!) : ''), INK)),
  );
  const sums =
    totals === null ? [] : [totals.map((one, i) => cell('td', i, escapeHtml(one), `font-weight:600;${INK}`))];
  const lines = [head, ...body, ...sums].map((cells) => `<tr>${cells.join('')}</tr>`).join('');
  const more = left_out === 0 ? '' : text(`… and ${left_out} more`, 'padding-top:6px;font-size:13px');
  if (rows.length === 0) return heading(title) + text(NO_ROWS, 'font-size:13px');
  return `${heading(title)}<table width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse">${lines}</table>${more}`;
}

/** Ids may break after the signs between their words. */
const breakable = (one: string): string => escapeHtml(one).replace(/[_/.-](?=[A-Za-z])/g, '$&<wbr>');

/** A bar without a picture: a cell with a ground. */
function bar(part: number): string {
  const width = Math.round(part * 100);
  if (width === 0) return '';
  return `<table role="presentation" aria-hidden="true" width="${width}%" cellpadding="0" cellspacing="0" border="0" style="margin-top:3px"><tr><td height="3" bgcolor="#2f6fd0" style="height:3px;line-height:3px;font-size:0;background:#2f6fd0">&nbsp;</td></tr></table>`;
}

function button(url: string): string {
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td bgcolor="#2f6fd0" style="background:#2f6fd0;border-radius:4px"><a href="${escapeHtml(url)}" style="display:inline-block;padding:10px 18px;${FONT};font-size:14px;line-height:20px;color:#ffffff;text-decoration:none">Open the page with these figures</a></td></tr></table>`;
}

function foot({ model, origin }: Digest, { unsubscribe }: MailLinks): string {
  const small = 'padding-top:4px;font-size:12px;line-height:17px;word-break:break-word';
  const stop =
    unsubscribe === null
      ? ''
      : `<div class="pale" style="${FONT};font-size:12px;line-height:17px;${PALE};padding-top:10px">You get this mail because a schedule names your address. <a class="pale" href="${escapeHtml(unsubscribe)}" style="${PALE};text-decoration:underline">Unsubscribe</a></div>`;
  return text(`Revenue is credited by the model ${model}. Figures of ${origin}.`, small) + stop;
}
