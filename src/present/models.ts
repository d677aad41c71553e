/** The comparison of models on a terminal: shares with intervals, then the largest differences with their reasons. */
import type { ReportJson } from '../reports/context.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { NOTHING, type TextColumn, textTable } from './table.ts';

interface Cell {
  share: number | null;
  share_low: number | null;
  share_high: number | null;
}
type Group = Record<string, unknown> & { models: Record<string, Cell> };
interface Disagreement extends Record<string, unknown> {
  difference: number;
  highest: Cell & { model: string };
  lowest: Cell & { model: string };
  beyond_chance: boolean;
  because: string;
}

export function showModels(report: ReportJson, limit: number): string {
  const models = report['attribution_models'] as string[];
  const group_by = report['group_by'] as string;
  const groups = report['groups'] as Group[];
  const { draws, level } = report['intervals'] as { draws: number; level: number };
  const columns: TextColumn[] = [{ name: group_by }, ...models.map((name) => ({ name, right: true }))];
  const strongest = (group: Group): number => Math.max(...models.map((model) => group.models[model]!.share ?? 0));
  const sorted = [...groups].sort((a, b) => strongest(b) - strongest(a));
  const rows = sorted
    .slice(0, limit)
    .map((group) => [String(group[group_by] ?? NOTHING), ...models.map((model) => interval(group.models[model]!))]);
  return [
    reportTitle('Models', report),
    textTable(columns, rows),
    more(groups.length, rows.length),
    line`\n  shares of the attributed revenue in percent; in brackets the ${Math.round(level * 100)} % interval from ${draws} draws of people\n`,
    ...(report['disagreements'] as Disagreement[]).map((found) => explain(found, group_by)),
    ...(report['notes'] as string[]).map((note) => line`\n  ${note}\n`),
    reportWarnings(report),
  ].join('');
}

const percent = (part: number | null): string => (part === null ? NOTHING : (part * 100).toFixed(1));

function interval({ share, share_low, share_high }: Cell): string {
  if (share === null) return NOTHING;
  return `${percent(share)} (${percent(share_low)} … ${percent(share_high)})`;
}

function explain({ difference, beyond_chance, because, ...found }: Disagreement, group_by: string): string {
  const chance = beyond_chance ? '' : ', which chance can explain';
  return line`\n${found[group_by] ?? NOTHING}: the models differ by ${percent(difference)} points${chance}\n  ${because}\n`;
}
