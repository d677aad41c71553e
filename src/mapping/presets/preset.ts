/** A preset: the plan for the export of one vendor, and how the file is known. */
import { badRequest } from '../../domain/errors.ts';
import { recordKind } from '../../domain/index.ts';
import type { ImportPlan } from '../plan.ts';

/** Names that vary, and one of them as a person sees it. */
interface NamePattern {
  shown: string;
  pattern: RegExp;
}

/** The name of a column. A text may name several, `A|B`, of which one is enough. */
type ColumnName = string | NamePattern;

export interface KnownFile {
  /** The file has all of these columns, which together no other export has. */
  columns: readonly ColumnName[];
  /** The file has none of these columns. They tell it from an export that has all of its columns and more. */
  without?: readonly ColumnName[];
}

/** An export that no record can be made of. A made-up time or value would move credit, so it is refused. */
export interface Unusable extends KnownFile {
  /** What it is, what it lacks, and what to export instead. */
  reason: string;
}

export interface Preset extends KnownFile {
  /** As `--preset` takes it: `shopify_orders`. */
  name: string;
  /** What the file is, as a person would say it: `Shopify orders`. */
  title: string;
  /** The plan, or how it follows from the columns where their names vary, as `Cost (EUR)` does. */
  plan: ImportPlan | ((columns: readonly string[]) => ImportPlan);
  /** What a person should know: sentences that are shown with the proposal and at the start of the import. */
  notes: readonly string[];
  /** Where the vendor's tool makes the export, with the choices that matter. */
  export_at?: string;
  /** Set if times of the file may have no zone: the place where the vendor shows it. `--time-zone` names it. */
  time_zone_at?: string;
  /** Set if the file may name no currency: the place where the vendor shows it. `--set currency=EUR` names it. */
  currency_at?: string;
}

/** A note of presets whose files hold orders that the export of the shop holds too. */
export function ordersToo(conditions: string): string {
  return `import orders either from here or from the shop: the same order in both would count twice; ${conditions} leaves them out here`;
}

/** The columns of a preset that a file lacks, and those of the file that it should not have. Both are empty for a file of the preset. */
export function misfits(preset: KnownFile, columns: readonly string[]): { lacking: string[]; strange: string[] } {
  const lacking = preset.columns.filter((name) => !hasColumn(columns, name)).map(shownName);
  const { without = [] } = preset;
  return { lacking, strange: columns.filter((column) => without.some((name) => isNamed(column, name))) };
}

function shownName(name: ColumnName): string {
  if (typeof name !== 'string') return name.shown;
  const names = name.split('|');
  return names.slice(0, 3).join(' or ') + (names.length > 3 ? ' or …' : '');
}

export function isOfPreset(preset: KnownFile, columns: readonly string[]): boolean {
  const { lacking, strange } = misfits(preset, columns);
  return lacking.length === 0 && strange.length === 0;
}

export function planOfPreset({ plan }: Preset, columns: readonly string[]): ImportPlan {
  return typeof plan === 'function' ? plan(columns) : plan;
}

/** @throws bad_request if the file names no zone or no currency, and the options do not either. */
export function checkNeeds({ title, time_zone_at, currency_at }: Preset, plan: ImportPlan): void {
  const fields = plan.records.flatMap(({ record, fields: given }) =>
    recordKind(record).fields.map(({ name, kind }) => ({ kind, field: given[name] })),
  );
  const has_no_zone = ({ kind, field }: (typeof fields)[number]): boolean =>
    kind === 'instant' && field?.from !== undefined && field.time_zone === undefined;
  if (time_zone_at !== undefined && plan.time_zone === undefined && fields.some(has_no_zone))
    throw badRequest(
      '--time-zone',
      `is missing: the times of ${title} have no zone. ${time_zone_at} shows it; name it as --time-zone Europe/Berlin`,
    );
  if (currency_at !== undefined && fields.some(({ kind, field }) => kind === 'currency' && field === undefined))
    throw badRequest(
      '--set',
      `currency=… is missing: this export of ${title} names no currency. ${currency_at} shows it; write --set currency=EUR`,
    );
}

/** The number of lines above the header of a preset's file; undefined if its columns are in none of the first lines. */
export function linesAbovePreset(
  preset: KnownFile,
  linesAbove: (cells: readonly string[]) => number | undefined,
): number | undefined {
  const names = preset.columns.filter((name): name is string => typeof name === 'string' && !name.includes('|'));
  return names.length === 0 ? undefined : linesAbove(names);
}

/** True if a file has a column of the name, or one of several names `A|B`. */
export function hasColumn(columns: readonly string[], name: ColumnName): boolean {
  return columns.some((column) => isNamed(column, name));
}

function isNamed(column: string, name: ColumnName): boolean {
  return typeof name === 'string' ? name === column || name.split('|').includes(column) : name.pattern.test(column);
}
