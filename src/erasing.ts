/** Erasure of people in a running Tributary: what each part of the program does for it. */
import type { Config } from './config.ts';
import { tellErased } from './destinations/erasure.ts';
import { type ErasedOfBrand, erasableOutbox } from './destinations/outbox/erasable.ts';
import { recordKind } from './domain/index.ts';
import { Mentions } from './domain/mentions.ts';
import type { HistoriesKeeper } from './histories/keeper.ts';
import { erasableProposals } from './identity/proposals/store.ts';
import type { Collector } from './log/collector.ts';
import type { ProcessTask, TimedFollower } from './log/follower.ts';
import type { GoneLines } from './log/quarantine.ts';
import { limitSubjects, suppressOrders } from './log/suppressions.ts';
import type { ErasedPerson } from './privacy/erasure/book.ts';
import { ERASED } from './privacy/erasure/changes.ts';
import { Erasures } from './privacy/erasure/erasures.ts';
import { digestOf } from './privacy/erasure/subjects.ts';
import type { ReportContext } from './reports/context.ts';
import { idsOfPeople } from './reports/people-ids.ts';
import { remakeRuns } from './reports/remade-runs.ts';
import { exportsWithPersons } from './schedules/exports/known.ts';
import { erasableNotes } from './sharing/erasable.ts';
import { erasableLetters } from './sources/letters.ts';
import { eraseEntries } from './state/erasable.ts';
import type { State } from './state/port.ts';

export interface ErasingParts {
  config: Config;
  state: State;
  reports: ReportContext;
  histories: HistoriesKeeper;
  collector: Collector | null;
  onStep?: (step: string) => void;
}

/** The clicks and opens that are in memory, and backups, are nothing that the program can reach. */
const LEFT_TO_YOU = [
  'backups that were made before: a restore with this data folder, or with the list of `tributary erasure list`, takes the person out; delete the backups when you need them no more',
  'files that were imported, with their .rejected files; files of `tributary export`; copies in spreadsheets and dashboards of others',
  'logs of a ClickHouse or PostgreSQL server (query_log, write-ahead archives), and snapshots of disks',
];
const LEFT_ON_SEVERAL =
  'the spools of the other collectors: each empties its own within a minute while it runs; start those that are stopped';

export function erasuresOf({ config, state, reports, histories, collector, onStep }: ErasingParts): Erasures {
  const { warehouse, clock } = reports;
  return new Erasures({
    state,
    warehouse,
    clock,
    policy: { orders: config.erased_orders, runs: config.erased_runs },
    idsOf: (people) => idsOfPeople(reports, people),
    suppress: (subjects, until_ms) => limitSubjects(state, subjects, until_ms),
    suppressOrders: (brand_id, orders) => suppressOrders(state, brand_id, orders),
    clearSpool: async (people) => (collector === null ? [] : collector.clearSpool(goneLines(people))),
    remakeRuns: () => remakeRuns(reports, state, ERASED),
    eraseState: (people) => eraseFromState(config, state, people),
    tell: (people) => tellErased(config.destinations, people, clock),
    forget: () => forget(reports, histories),
    ...(onStep === undefined ? {} : { onStep }),
    exportsOf: (brand_id) => exportsWithPersons(state, brand_id),
    left_to_you: [...LEFT_TO_YOU, ...(warehouse.engine === 'duckdb' ? [] : [LEFT_ON_SEVERAL])],
  });
}

/** Forgets what this process keeps of the log. */
export async function forget({ directory, answers }: ReportContext, histories: HistoriesKeeper): Promise<string[]> {
  await directory.forget();
  answers?.clear();
  return histories.erase();
}

function goneLines(people: readonly ErasedPerson[]): GoneLines {
  const digests = new Set(
    people.flatMap(({ brand_id, asked, ids }) => [asked, ...ids].map((id) => digestOf({ brand_id, id }))),
  );
  const texts = [...new Set(people.flatMap(({ asked, ids }) => [asked, ...ids]))].map((id) => JSON.stringify(id));
  return { names: namesOneOf(digests), holds: (line) => texts.some((text) => line.includes(text)) };
}

const namesOneOf =
  (digests: ReadonlySet<string>): GoneLines['names'] =>
  ({ record, item }) =>
    Object.keys(recordKind(record).subjects ?? {}).some((field) => {
      const id = item[field];
      return typeof id === 'string' && digests.has(digestOf({ brand_id: String(item['brand_id']), id }));
    });

async function eraseFromState(
  config: Config,
  state: State,
  people: readonly ErasedPerson[],
): Promise<Map<string, Record<string, number>>> {
  const made = new Map<string | null, ErasedOfBrand>();
  /** The people of a brand; of all brands for null. */
  const of = (brand_id: string | null): ErasedOfBrand => {
    const known = made.get(brand_id);
    if (known !== undefined) return known;
    const own = people.filter((person) => brand_id === null || person.brand_id === brand_id);
    const idsOf = (pick: (person: ErasedPerson) => readonly string[]): Map<string, string> =>
      new Map(own.flatMap((person) => pick(person).map((id) => [id, person.erasure_id] as const)));
    const found = {
      people: new Mentions(idsOf(({ ids }) => ids)),
      orders: config.erased_orders === 'remove' ? idsOf(({ orders }) => orders) : new Map<string, string>(),
    };
    made.set(brand_id, found);
    return found;
  };
  return eraseEntries(state, [
    erasableLetters((source_id) => of(config.sources.get(source_id)?.brand_id ?? null).people),
    ...erasableOutbox((destination_id) => of(config.destinations.get(destination_id)?.brand_id ?? null)),
    erasableProposals((brand_id) => of(brand_id).people),
    ...erasableNotes((brand_id) => of(brand_id).people),
  ]);
}

const ERASE_EVERY_MS = 1_000;

/** Carries out what waits, in one process at a time. */
export function carryOutErasures(erasures: Erasures): TimedFollower {
  return {
    name: 'erasures',
    every_ms: ERASE_EVERY_MS,
    run: async (_state, signal) => {
      await erasures.work(signal);
    },
  };
}

/** Forgets what this process keeps, and empties its spool, when another process erased people. */
export function followErasures({ reports, histories, collector }: ErasingParts, erasures: Erasures): ProcessTask {
  let seen: number | undefined;
  return {
    name: 'erased_people',
    every_ms: ERASE_EVERY_MS,
    scope: 'process',
    run: async () => {
      const revision = await erasures.book.revision();
      if (seen !== undefined && revision !== seen) {
        await forget(reports, histories);
        if (collector !== null) {
          const digests = await erasures.book.digests();
          await collector.clearSpool({ names: namesOneOf(digests), holds: () => false });
        }
      }
      seen = revision;
    },
  };
}
