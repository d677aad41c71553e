/** What a mapping checks in a file, and in its rows. */
import { badRequest, type Problem } from '../domain/errors.ts';
import type { RecordName } from '../domain/index.ts';
import { listed } from '../domain/text.ts';
import type { Item, Target } from './converter.ts';
import type { RowSource } from './row-source.ts';
import { fillableFields, optionOf } from './targets.ts';

interface FilledFields {
  /** The fields that columns of the same name fill, and those of them that a column was found for. */
  by_name: ReadonlyMap<string, Target>;
  found: ReadonlySet<string>;
  /** How many fields the plan fills by name of a column. */
  named: number;
}

/** @throws bad_request if no column fills any field, or one that an option changes. */
export function checkFilled(
  record: RecordName,
  { by_name, found, named }: FilledFields,
  { columns, linesAbove }: Pick<RowSource, 'columns' | 'linesAbove'>,
): void {
  for (const [field, { plan }] of by_name) {
    const { default: _, ...changes } = plan;
    if (found.has(field) || Object.keys(changes).length === 0) continue;
    throw badRequest(optionOf(changes), `the file has no column ${field}; name one with --map ${field}=COLUMN`);
  }
  if (found.size > 0 || named > 0 || by_name.size === 0) return;
  const above = linesAbove?.([...by_name.keys()], 2);
  const fields = fillableFields(record).map(({ name }) => name);
  const hint =
    above === undefined
      ? `name columns with --map FIELD=COLUMN; its fields are ${fields.join(', ')}`
      : `a later line has some, so --skip ${above} may be meant`;
  throw badRequest('FILE', `none of the columns ${listed(columns ?? [])} is a field of ${record}; ${hint}`);
}

/** The problem of an item in which text was lost, as its bytes are not UTF-8. */
export function lostText(item: Item): Problem | undefined {
  const field = Object.keys(item).find((name) => JSON.stringify(item[name])?.includes('\ufffd'));
  if (field === undefined) return undefined;
  return { field, reason: 'is not valid UTF-8; save the file as UTF-8, or name its encoding with --encoding' };
}
