/** Retention in a running Tributary: what each part of the program does when old records go. */
import type { Config } from './config.ts';
import { erasableOutbox } from './destinations/outbox/erasable.ts';
import { Mentions } from './domain/mentions.ts';
import { MS_PER_HOUR } from './domain/time.ts';
import { type ErasingParts, forget } from './erasing.ts';
import type { ProcessTask, TimedFollower } from './log/follower.ts';
import { suppressOlder } from './log/suppressions.ts';
import type { AuditLog } from './privacy/audit/audit-log.ts';
import { ERASED } from './privacy/erasure/changes.ts';
import { type Edges, edgesOf, NO_EDGES, refusedRecords } from './privacy/retention/edges.ts';
import { removesAnything } from './privacy/retention/policy.ts';
import { type GoneOrder, Retention, type RetentionParts } from './privacy/retention/retention.ts';
import { remakeRuns } from './reports/remade-runs.ts';
import { ownerOf } from './sources/by-brand.ts';
import { agedLetters, countLetters } from './sources/letters.ts';
import { eraseEntries } from './state/erasable.ts';
import type { State } from './state/port.ts';

type RetainingParts = ErasingParts & { audit: AuditLog; step_rows?: number };

export function retentionOf(parts: RetainingParts): Retention {
  const { config, state, reports, histories, collector, audit, step_rows } = parts;
  return new Retention({
    ...{ state, warehouse: reports.warehouse, audit, clock: reports.clock, policy: config.retention },
    runs: config.erased_runs,
    suppress: (edges) => suppressBefore(state, edges),
    clearSpool: async (isGone) => {
      const names = ({ record, item }: Parameters<GoneLine>[0]): boolean => isGone(record, item);
      await collector?.clearSpool({ names, holds: () => false });
    },
    forgetOrders: (orders) => forgetOrders(config, state, orders),
    tells: config.destinations.size > 0,
    ...lettersOf(config, state),
    remakeRuns: () => remakeRuns(reports, state, ERASED),
    forget: () => forget(reports, histories),
    ...(step_rows === undefined ? {} : { step_rows }),
  });
}

type GoneLine = Parameters<NonNullable<ErasingParts['collector']>['clearSpool']>[0]['names'];

function suppressBefore(state: State, edges: Edges): Promise<void> {
  const ages = refusedRecords().flatMap(({ record, name }) => [
    { record, brand_id: null, before_ms: edges.defaults[name] },
    ...Array.from(edges.brands, ([brand_id, own]) => ({ record, brand_id, before_ms: own[name] })),
  ]);
  return suppressOlder(state, ages);
}

/** What stands for the removal where the people of an erasure have its id. */
const OWNER = 'retention';
const NOBODY = new Mentions(new Map());

async function forgetOrders({ destinations }: Config, state: State, orders: readonly GoneOrder[]): Promise<void> {
  const by_brand = new Map<string, Map<string, string>>();
  for (const { brand_id, ids } of orders) {
    const own = by_brand.get(brand_id) ?? new Map<string, string>();
    for (const id of ids) own.set(id, OWNER);
    by_brand.set(brand_id, own);
  }
  const every = new Map(Array.from(by_brand.values()).flatMap((own) => [...own]));
  await eraseEntries(
    state,
    erasableOutbox((destination_id) => {
      const brand_id = destinations.get(destination_id)?.brand_id ?? null;
      return { people: NOBODY, orders: brand_id === null ? every : (by_brand.get(brand_id) ?? new Map()) };
    }),
  );
}

/** Letters of a source of all brands have the time of brands that are not configured. */
function lettersOf({ sources }: Config, state: State): Pick<RetentionParts, 'removeLetters' | 'countLetters'> {
  const brandOf = (source_id: string): string => {
    const settings = sources.get(source_id);
    return (settings === undefined ? null : ownerOf(settings)) ?? '';
  };
  const before =
    (edges: Edges) =>
    (source_id: string): number | null =>
      edgesOf(edges, brandOf(source_id)).source_letters;
  return {
    removeLetters: async (edges) => {
      await eraseEntries(state, [agedLetters(before(edges))]);
    },
    countLetters: (edges) => countLetters(state, before(edges), brandOf),
  };
}

const RETAIN_EVERY_MS = MS_PER_HOUR;
const FOLLOW_EVERY_MS = 1_000;

/** Removes what is old, in one process at a time. */
export function removeOld(retention: Retention): TimedFollower[] {
  if (!removesAnything(retention.policy)) return [];
  const run = async (_state: unknown, signal: AbortSignal): Promise<void> => {
    await retention.work(signal);
  };
  return [{ name: 'retention', every_ms: RETAIN_EVERY_MS, run }];
}

/** Forgets what this process keeps when another process removed records, and learns what is not taken any more. */
export function followRetention({ reports, histories }: ErasingParts, retention: Retention): ProcessTask[] {
  if (!removesAnything(retention.policy)) return [];
  let seen: number | undefined;
  const run = async (): Promise<void> => {
    const revision = await retention.book.revision();
    if (revision === seen) return;
    await retention.refresh();
    if (seen !== undefined) await forget(reports, histories);
    seen = revision;
  };
  return [{ name: 'removed_records', every_ms: FOLLOW_EVERY_MS, scope: 'process', run }];
}

/** Before which instants records of a brand went, for warnings of reports. */
export function removedBefore(
  retention: Retention | undefined,
  brand_id: string,
): { touchpoints_ms: number | null; orders_ms: number | null } {
  const { touchpoints, orders } = edgesOf(retention?.gone ?? NO_EDGES, brand_id);
  return { touchpoints_ms: touchpoints, orders_ms: orders };
}
