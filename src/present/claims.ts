/** The report on claims on a terminal: claims beside credit, what is claimed twice, and why they differ. */
import type { ReportJson } from '../reports/context.ts';
import { changeCells, changeColumns } from './changes.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, number, pairs, textTable } from './table.ts';

type Row = Record<string, unknown>;

export function showClaims(report: ReportJson, limit: number): string {
  const claims = report['claims'] as Row[];
  const totals = report['totals'] as Row;
  const keys = report['group_by'] as string[];
  const models = report['attribution_models'] as string[];
  const columns = [
    ...keys.map((key) => ({ name: key.replace('_id', '') })),
    ...['claimed', `claimed ${report['currency']}`, ...models, `claim / ${models[0]}`].map((name) => ({
      name,
      right: true,
    })),
    ...changeColumns(report),
  ];
  const cells = (row: Row): string[] => {
    const credit = (model: string): Row => ((row['models'] ?? {}) as Record<string, Row>)[model] ?? {};
    const ratio = credit(models[0]!)['over_claim_ratio'];
    return [
      number(row['claimed_conversions'], 2),
      moneyText(row['claimed_revenue']),
      ...models.map((model) => moneyText(credit(model)['attributed_revenue'])),
      typeof ratio === 'number' ? number(ratio, 2) : NOTHING,
      ...changeCells(report, row, 'claimed_revenue'),
    ];
  };
  const shown = claims.slice(0, limit);
  const lines = shown.map((row) => [...keys.map((key) => String(row[key] ?? NOTHING)), ...cells(row)]);
  const total = ['all claims', ...keys.slice(1).map(() => ''), ...cells(totals)];
  return (
    reportTitle('Claims', report) +
    textTable(columns, lines, [total]) +
    more(claims.length, shown.length) +
    `\n${pairs(totalLines(totals))}` +
    reasonLines(report) +
    reportWarnings(report)
  );
}

function totalLines(totals: Row): [string, string][] {
  const [least, most] = ['double_counted_at_least', 'double_counted_at_most'].map((name) => moneyText(totals[name]));
  return [
    [`net revenue of the shop, ${number(totals['orders'])} orders`, moneyText(totals['net_revenue'])],
    ['claims above it', moneyText(totals['over_claim'])],
    ['claimed by several, at least', least!],
    ['claimed by several, at most', most!],
  ];
}

function reasonLines(report: ReportJson): string {
  const reasons = report['reasons'] as { message: string }[];
  if (reasons.length === 0) return '';
  return `\nWhy they differ\n${reasons.map(({ message }) => line`  - ${message}\n`).join('')}`;
}
