/**
 * Reads who is who from a file of labels. It has one of two forms: pairs of records, with or without a score; or a record and its
 * group. Pairs make groups: what pairs connect is one person.
 */
import { badRequest } from '../../domain/errors.ts';
import { Components } from '../../identity/components.ts';
import { namesLabel } from '../../identity/matching/columns.ts';
import { type PeopleFile, readPeople } from './people-file.ts';

/** Rows of a file of labels. */
const MAX_LABELS = 5_000_000;
/** Such a column of a file of labels names the person, too. */
const PERSON = /^(person|family)[ _-]?(id|no|number)?$/i;
const SCORE = /(score|match|label|prob|same|duplicate|truth)/i;
/** A pair with a score of at least this is of one person. */
const MATCH_SCORE = 0.5;

/**
 * @param is_people true if the labels stand in the file of people itself: then its rows are the records.
 * @returns by record the name of its true person.
 */
export async function readLabels(
  path: string,
  ids: readonly string[],
  id_column: string | undefined,
  is_people: boolean,
): Promise<string[]> {
  const file = await readPeople(path, '--labels', MAX_LABELS);
  const number_of = new Map(ids.map((id, i) => [id, i]));
  const known = file.names.flatMap((_, i) => (isOfRecords(file.cells[i]!, number_of) ? [i] : []));
  const pair_names = pairColumns(file, known);
  const group = file.names.findIndex((name) => namesLabel(name) || PERSON.test(name));
  const own = id_column === undefined ? -1 : file.names.indexOf(id_column);
  const record = own >= 0 ? own : known.find((column) => column !== group);
  // Without ids, a row for each record stands in the order of the records.
  const is_by_row = is_people || (!pair_names && record === undefined && file.count === ids.length);
  if (is_by_row && group >= 0)
    return file.cells[group]!.map((label, i) => (label === '' ? `single ${i}` : `group ${label}`));
  if (!pair_names && group >= 0 && record !== undefined) return groupLabels(file, record, group, number_of, ids.length);
  const pair = pair_names ?? (known.length === 2 ? ([known[0]!, known[1]!] as const) : undefined);
  if (!pair)
    throw badRequest(
      '--labels',
      `${path} has neither two columns with ids of records nor an id and a group; give pairs (id_l, id_r), or a column cluster beside an id or with a row for each record`,
    );
  return pairLabels(file, pair, number_of, ids.length);
}

/** Groups that stand in the names of the records, such as `rec-(\\d+)`: what the first parentheses find. @throws bad_request. */
export function labelsInIds(pattern: string, ids: readonly string[]): string[] {
  let found: RegExp;
  try {
    found = new RegExp(pattern);
  } catch (error) {
    throw badRequest('--label-pattern', `is no regular expression (${(error as Error).message})`);
  }
  return ids.map((id, i) => {
    const group = found.exec(id)?.[1];
    return group === undefined ? `single ${i}` : `group ${group}`;
  });
}

function isOfRecords(cells: readonly string[], number_of: ReadonlyMap<string, number>): boolean {
  return cells.filter((cell) => number_of.has(cell)).length > 0.9 * cells.length;
}

/** Two columns of ids whose names differ only in their ends, such as id_l and id_r, or id1 and id2. */
function pairColumns({ names }: PeopleFile, known: readonly number[]): readonly [number, number] | undefined {
  const stem = (column: number): string =>
    names[column]!.toLowerCase().replace(/[ _-]?(l|r|left|right|a|b|1|2|x|y)$/, '');
  for (const left of known)
    for (const right of known)
      if (left < right && names[left] !== names[right] && stem(left) === stem(right)) return [left, right];
  return undefined;
}

function groupLabels(
  file: PeopleFile,
  record: number,
  group: number,
  number_of: ReadonlyMap<string, number>,
  count: number,
): string[] {
  const labels = singles(count);
  for (let row = 0; row < file.count; row++) {
    const at = number_of.get(file.cells[record]![row]!);
    const label = file.cells[group]![row]!;
    if (at !== undefined && label !== '') labels[at] = `group ${label}`;
  }
  return labels;
}

function pairLabels(
  file: PeopleFile,
  [left, right]: readonly [number, number],
  number_of: ReadonlyMap<string, number>,
  count: number,
): string[] {
  const score = file.names.findIndex((name, i) => i !== left && i !== right && SCORE.test(name));
  const components = new Components();
  components.addIds(count);
  for (let row = 0; row < file.count; row++) {
    if (score >= 0 && !isMatch(file.cells[score]![row]!)) continue;
    const [a, b] = [number_of.get(file.cells[left]![row]!), number_of.get(file.cells[right]![row]!)];
    if (a !== undefined && b !== undefined) components.addPair(a, b);
  }
  return singles(count).map((_, i) => `group ${components.find(i)}`);
}

function isMatch(score: string): boolean {
  return /^(true|yes|y|match|t)$/i.test(score) || Number(score) >= MATCH_SCORE;
}

const singles = (count: number): string[] => Array.from({ length: count }, (_, i) => `single ${i}`);
