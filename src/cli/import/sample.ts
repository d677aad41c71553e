/** The first rows of a file, by which it is known. */
import type { FilePlan } from '../../mapping/plan.ts';
import { isOfPreset, type KnownFile, linesAbovePreset } from '../../mapping/presets/preset.ts';
import type { FileRow, RowForm, RowSource } from '../../mapping/row-source.ts';
import { openRows } from './rows.ts';

/** Rows that are looked at. */
const LOOKED_AT = 100;

export interface Sample {
  file: string;
  columns: readonly string[];
  rows: readonly FileRow[];
  form: RowForm;
  /** Lines above the header that a preset tells, although no option names them. */
  skip?: number;
  /** Lines above other lines that may be the header. */
  other_headers: readonly number[];
}

/** @param presets those whose header may stand below other lines. */
export async function firstRows(
  file: string,
  plan: FilePlan = {},
  presets: readonly KnownFile[] = [],
): Promise<Sample> {
  const source = await openRows(file, () => true, plan);
  try {
    const skip = plan.skip === undefined ? headerBelow(source, presets) : undefined;
    if (skip !== undefined) return { ...(await firstRows(file, { ...plan, skip })), skip };
    const rows: FileRow[] = [];
    for await (const portion of source.rows(0)) {
      rows.push(...portion.rows.slice(0, LOOKED_AT - rows.length));
      if (rows.length >= LOOKED_AT) break;
    }
    const keys = rows.flatMap(({ object }) => Object.keys(object ?? {}));
    return {
      file,
      columns: source.columns ?? [...new Set(keys)],
      rows,
      form: source.form,
      other_headers: source.otherHeaders?.() ?? [],
    };
  } finally {
    await source.close();
  }
}

/** The lines above the header of the first preset whose columns stand below the first line. */
function headerBelow({ columns, linesAbove }: RowSource, presets: readonly KnownFile[]): number | undefined {
  if (columns === null || linesAbove === undefined || presets.some((preset) => isOfPreset(preset, columns)))
    return undefined;
  for (const preset of presets) {
    const above = linesAbovePreset(preset, linesAbove);
    if (above !== undefined && above > 0) return above;
  }
  return undefined;
}
