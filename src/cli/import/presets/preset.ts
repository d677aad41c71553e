/** A preset: the plan for the export of one vendor, and how the file is known. */
import { badRequest } from '../../../domain/errors.ts';
import type { ImportPlan } from '../plan.ts';

/** The name of a column. A text may name several, `A|B`, of which one is enough. */
type ColumnName = string | RegExp;

export interface Preset {
  /** As `--preset` takes it: `shopify_orders`. */
  name: string;
  /** What the file is, as a person would say it: `Shopify orders`. */
  title: string;
  /** The file has all of these columns, which together no other export has. */
  columns: readonly ColumnName[];
  /** The file has none of these columns. They tell it from an export that has all of its columns and more. */
  without?: readonly ColumnName[];
  /** The plan, or how it follows from the columns where their names vary, as `Cost (EUR)` does. */
  plan: ImportPlan | ((columns: readonly string[]) => ImportPlan);
  /** What a person should know: sentences that are shown with the proposal and at the start of the import. */
  notes: readonly string[];
  /** Set if the times of the file have no zone: the place where the vendor shows it. Then `--time-zone` is needed. */
  time_zone_at?: string;
}

/** The columns of a preset that a file lacks, and those that it should not have. Both are empty for a file of the preset. */
export function misfits(preset: Preset, columns: readonly string[]): { lacking: string[]; strange: string[] } {
  const lacking = preset.columns.filter((name) => !has(columns, name)).map(String);
  return { lacking, strange: (preset.without ?? []).filter((name) => has(columns, name)).map(String) };
}

export function isOfPreset(preset: Preset, columns: readonly string[]): boolean {
  const { lacking, strange } = misfits(preset, columns);
  return lacking.length === 0 && strange.length === 0;
}

export function planOfPreset({ plan }: Preset, columns: readonly string[]): ImportPlan {
  return typeof plan === 'function' ? plan(columns) : plan;
}

/** @throws bad_request if the times of the file have no zone and none is named. */
export function checkZone({ title, time_zone_at }: Preset, { time_zone }: Pick<ImportPlan, 'time_zone'>): void {
  if (time_zone_at === undefined || time_zone !== undefined) return;
  throw badRequest(
    '--time-zone',
    `is missing: the times of ${title} have no zone. ${time_zone_at} shows it; name it as --time-zone Europe/Berlin`,
  );
}

/** The number of lines above the header of a preset's file; undefined if its columns are in none of the first lines. */
export function linesAbovePreset(
  preset: Preset,
  linesAbove: (cells: readonly string[]) => number | undefined,
): number | undefined {
  const names = preset.columns.filter((name): name is string => typeof name === 'string' && !name.includes('|'));
  return names.length === 0 ? undefined : linesAbove(names);
}

function has(columns: readonly string[], name: ColumnName): boolean {
  if (name instanceof RegExp) return columns.some((column) => name.test(column));
  return columns.includes(name) || name.split('|').some((one) => columns.includes(one));
}
