/** The exports that the program made. An erasure cannot reach them, so its certificate names those that may hold the person. */
import { formatInstant } from '../../domain/time.ts';
import { everyEntry } from '../../state/entries.ts';
import type { Json, State } from '../../state/port.ts';

const EXPORTS = 'exports';
/** When there are more, the oldest of the same schedule and view are forgotten. */
const KEPT = 2_000;
/** The most files that a certificate names one by one. */
const NAMED = 50;

export interface KnownExport {
  schedule_id: string;
  brand_id: string;
  view: string;
  start: string;
  end: string;
  as_of: string;
  /** True if it has the columns that name persons and orders. */
  persons: boolean;
  /** The name of the file, as a path or as an address of a bucket. */
  place: string;
  rows: number;
  bytes: number;
  sha256: string;
  written_ms: number;
}

const groupOf = ({ schedule_id, view }: Pick<KnownExport, 'schedule_id' | 'view'>): string => `${schedule_id} ${view} `;

/** Notes a file. One that is made again takes the place of the one before. */
export async function noteExport(state: State, made: KnownExport): Promise<void> {
  await state.transaction(async (transaction) => {
    await transaction.put(EXPORTS, groupOf(made) + made.start, made as unknown as Json);
    const known = await transaction.list(EXPORTS, { prefix: groupOf(made), limit: KEPT + 100 });
    for (const { key } of known.slice(0, Math.max(0, known.length - KEPT))) await transaction.delete(EXPORTS, key);
  });
}

/** The exports of a schedule, newest period first. */
export async function exportsOf(state: State, schedule_id: string, limit: number): Promise<KnownExport[]> {
  const found: KnownExport[] = [];
  for await (const { value } of everyEntry<Json>(state, EXPORTS, `${schedule_id} `))
    found.push(value as unknown as KnownExport);
  return found
    .sort((a, b) => (a.start > b.start ? -1 : a.start < b.start ? 1 : a.view < b.view ? -1 : 1))
    .slice(0, limit);
}

/** Sentences for a certificate: files with columns that name persons of a brand. */
export async function exportsWithPersons(state: State, brand_id: string): Promise<string[]> {
  const found: KnownExport[] = [];
  for await (const { value } of everyEntry<Json>(state, EXPORTS)) {
    const made = value as unknown as KnownExport;
    if (made.persons && made.brand_id === brand_id) found.push(made);
  }
  const newest = found.sort((a, b) => b.written_ms - a.written_ms);
  const named = newest
    .slice(0, NAMED)
    .map(
      ({ written_ms, place }) => `the export of ${formatInstant(written_ms)} in ${place}, which may name the person`,
    );
  const more = newest.length - named.length;
  return more === 0
    ? named
    : [...named, `${more} older exports with columns that name persons; list them with tributary schedules exports`];
}
