/** `tributary identity match`: finds the records of one person in a file of people. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { badRequest } from '../../domain/errors.ts';
import { type FoundColumn, findColumns } from '../../identity/matching/columns.ts';
import { explainPair, MAX_COLUMNS, type Match, matchRecords } from '../../identity/matching/match.ts';
import { logOdds, probabilityOf } from '../../identity/matching/model.ts';
import { clusterQuality, type Quality } from '../../identity/matching/quality.ts';
import { recordsOf } from '../../identity/matching/records.ts';
import { ROLES, type Role } from '../../identity/matching/roles.ts';
import { groupsOf } from '../../identity/matching/threshold.ts';
import { csvCell } from '../../present/csv.ts';
import { pairs, textTable } from '../../present/table.ts';
import { type Io, printJson } from '../io.ts';
import { labelsInIds, readLabels } from './labels.ts';
import { type PeopleFile, readPeople, recordIds } from './people-file.ts';

export interface MatchFlags {
  labels?: string;
  labelPattern?: string;
  id?: string;
  role: string[];
  threshold?: number;
  maxRecords: number;
  seed: number;
  explain?: string;
  out?: string;
  json?: boolean;
}

export async function matchFile(io: Io, path: string, flags: MatchFlags): Promise<void> {
  const file = await readPeople(path);
  const { ids, column } = recordIds(file, flags.id);
  const columns = withRoles(findColumns(file.names, file.cells), flags.role, column);
  const records = recordsOf(
    file.count,
    columns.flatMap(({ name, role }, i) => (role === 'ignored' ? [] : [{ name, role, cells: file.cells[i]! }])),
  );
  if (records.columns.length === 0)
    throw badRequest('FILE', 'has no column that tells people apart; name one with --role COLUMN=ROLE');
  if (records.columns.length > MAX_COLUMNS)
    throw badRequest(
      'FILE',
      `has ${records.columns.length} columns that could be compared; the limit is ${MAX_COLUMNS}, so leave some out with --role COLUMN=ignored`,
    );
  const match = matchRecords(records, {
    seed: flags.seed,
    max_records: flags.maxRecords,
    ...(flags.threshold === undefined ? {} : { threshold: logOdds(flags.threshold) }),
  });
  const labels = await labelsOf(path, flags, ids, column);
  const quality = labels && clusterQuality(match.person_of, labels);
  if (flags.out !== undefined) writeClusters(flags.out, ids, match);
  const answer = { ...summaryOf(file, columns, match), ...(quality ? { quality } : {}) };
  const explained = flags.explain === undefined ? undefined : explainedPair(flags.explain, ids, match);
  if (flags.json) printJson(io, { ...answer, ...(explained ? { explained } : {}) });
  else io.out(shown(answer, columns, explained, flags.out));
}

async function labelsOf(
  path: string,
  { labels, labelPattern }: MatchFlags,
  ids: readonly string[],
  column: string | undefined,
): Promise<string[] | undefined> {
  if (labelPattern !== undefined) return labelsInIds(labelPattern, ids);
  if (labels === undefined) return undefined;
  return await readLabels(labels, ids, column, resolve(labels) === resolve(path));
}

/** The columns with the roles that `--role` names. The column of ids is never compared. */
function withRoles(found: readonly FoundColumn[], asked: readonly string[], id: string | undefined): FoundColumn[] {
  const roles = new Map<string, Role>();
  for (const one of asked) {
    const [name, role] = [one.slice(0, one.lastIndexOf('=')), one.slice(one.lastIndexOf('=') + 1)];
    if (!found.some((column) => column.name === name))
      throw badRequest(
        '--role',
        `${name} is no column; write COLUMN=ROLE with one of ${found.map((c) => c.name).join(', ')}`,
      );
    if (!ROLES.includes(role as Role))
      throw badRequest('--role', `${role} is no role; choose one of ${ROLES.join(', ')}`);
    roles.set(name, role as Role);
  }
  return found.map((column) => {
    const role = roles.get(column.name);
    if (role) return { ...column, role, reason: 'was asked for' };
    return column.name === id ? { ...column, role: 'ignored', reason: 'names the records' } : column;
  });
}

interface Summary {
  records: number;
  people: number;
  records_joined: number;
  largest_person: number;
  compared_pairs: number;
  threshold: number;
  expected_precision: number;
  expected_recall: number;
  refused_by_cap: number;
  columns: readonly FoundColumn[];
  quality?: Quality;
}

function summaryOf(file: PeopleFile, columns: readonly FoundColumn[], match: Match): Summary {
  const groups = groupsOf(match.person_of);
  const joined = groups.reduce((sum, records) => sum + records.length, 0);
  const expected = match.expected.findLast((one) => one.threshold <= match.threshold) ?? match.expected[0]!;
  return {
    records: file.count,
    people: file.count - joined + groups.length,
    records_joined: joined,
    largest_person: Math.max(1, ...groups.map((records) => records.length)),
    compared_pairs: match.compared_pairs,
    threshold: probabilityOf(match.threshold),
    expected_precision: expected.precision,
    expected_recall: expected.recall,
    refused_by_cap: match.refused.filter((pair) => pair.reason === 'cap').length,
    columns,
  };
}

function writeClusters(path: string, ids: readonly string[], { person_of }: Match): void {
  const lines = ids.map((id, i) => `${csvCell(id)},${csvCell(ids[person_of[i]!]!)}\n`);
  writeFileSync(path, `record,person\n${lines.join('')}`, { mode: 0o600 });
}

function explainedPair(spec: string, ids: readonly string[], match: Match): ReturnType<typeof explainPair> {
  const [a, b] = spec.split(',').map((id) => ids.indexOf(id.trim()));
  if (a === undefined || b === undefined || a < 0 || b < 0 || a === b)
    throw badRequest('--explain', `${spec} does not name two records; write ID,ID`);
  return explainPair(match.model, a, b);
}

const share = (number: number): string => number.toFixed(4);

function shown(
  answer: Summary,
  columns: readonly FoundColumn[],
  explained: ReturnType<typeof explainPair> | undefined,
  out: string | undefined,
): string {
  const { columns: _columns, quality, ...figures } = answer;
  const parts = [
    textTable(
      [{ name: 'column' }, { name: 'role' }, { name: 'reason' }],
      columns.map(({ name, role, reason }) => [name, role, reason]),
    ),
    figureTable(figures),
  ];
  if (quality) parts.push('beside the labels, by pairs of records\n' + figureTable({ ...quality }));
  if (explained)
    parts.push(
      textTable(
        [
          { name: 'comparison' },
          { name: 'level' },
          { name: 'bits', right: true },
          { name: 'by frequency', right: true },
        ],
        explained.parts.map((part) => [
          part.comparison,
          part.level,
          part.weight.toFixed(1),
          part.frequency_weight.toFixed(1),
        ]),
        [
          ['prior', 'before any comparison', explained.prior_weight.toFixed(1), ''],
          ['household', 'explains shared values too', explained.household_weight.toFixed(1), ''],
          ['all', `probability of one person ${share(explained.probability)}`, explained.weight.toFixed(1), ''],
        ],
      ),
    );
  if (out !== undefined) parts.push(`the person of each record is in ${out}\n`);
  return parts.join('\n');
}

function figureTable(figures: Record<string, number>): string {
  return pairs(
    Object.entries(figures).map(([name, value]) => [name, Number.isInteger(value) ? String(value) : share(value)]),
  );
}
