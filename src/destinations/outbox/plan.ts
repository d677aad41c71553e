/**
 * Finds what destinations have to be told: it compares every order of the last days with what was told of it, and puts a message into the
 * feed of each destination for each that is new or changed. So late touches, refunds, joined people and other settings are told as well, and
 * nothing is told twice.
 */
import type { Plan } from '../../attribution/plan.ts';
import { formatDate, MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';
import type { Fenced, TimedFollower } from '../../log/follower.ts';
import type { ReportContext } from '../../reports/context.ts';
import { resolveParameters } from '../../reports/resolve.ts';
import type { State } from '../../state/port.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { currentPosition, formatPosition } from '../../warehouse/position.ts';
import type { Details } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';
import { beginAnew, isOf } from './anew.ts';
import { type FeedHead, readHead, writeHead } from './feed.ts';
import { readDetails } from './messages.ts';
import { type PlannedOrder, readOrderStates } from './order-states.ts';
import { newStanding, readStanding, writeStanding } from './standing.ts';
import { type Found, tell } from './tell.ts';
import { urgentOrders } from './urgent.ts';

const EVERY_MS = 2_000;
/** Between two plans of all orders at least this, and so many times as long as the last one took. */
const LEAST_PAUSE_MS = 30_000;
const PAUSE_TIMES = 20;
/** The stages of corrections are queries of their own. */
const TIMEOUT_TIMES = 5;

export interface PlannerParts {
  reports: ReportContext;
  state: State;
  destinations: ReadonlyMap<string, DestinationSettings>;
}

/** The follower that plans for all destinations. */
export function planDestinations(parts: PlannerParts): TimedFollower {
  const planner = new Planner(parts);
  return { name: 'destinations', every_ms: EVERY_MS, run: (state, signal) => planner.run(state, signal) };
}

export class Planner {
  constructor(private readonly parts: PlannerParts) {}

  async run(fenced: Fenced, signal: AbortSignal): Promise<void> {
    await this.begin(fenced);
    for (const group of groupsOf(this.parts.destinations.values())) {
      signal.throwIfAborted();
      await this.planGroup(fenced, group);
    }
  }

  /** Makes the standings of destinations that are new, or that were of another brand or kind. */
  private async begin(fenced: Fenced): Promise<void> {
    const { state, destinations, reports } = this.parts;
    for (const settings of destinations.values()) {
      const { id, start_ms } = settings;
      const standing = await readStanding(state, id);
      if (standing !== undefined && !isOf(standing, settings)) {
        await beginAnew(fenced, settings, start_ms ?? reports.clock());
        continue;
      }
      if (standing !== undefined && (start_ms === null || standing.start_ms === start_ms)) continue;
      await fenced.transaction(async (transaction) => {
        const known = (await readStanding(transaction, id)) ?? newStanding(settings, reports.clock());
        await writeStanding(transaction, id, { ...known, ...(start_ms === null ? {} : { start_ms }) });
      });
    }
  }

  private async planGroup(fenced: Fenced, group: readonly DestinationSettings[]): Promise<void> {
    const { reports, state } = this.parts;
    const heads = new Map<string, FeedHead>();
    for (const { id } of group) heads.set(id, await readHead(state, id));
    const began_ms = reports.clock();
    const { currency } = reports.settings(group[0]!.brand_id);
    await reports.warehouse.read(
      async (snapshot) => {
        const as_of = formatPosition(await currentPosition(snapshot));
        const urgent = await urgentOrders(snapshot, group, heads, as_of, currency);
        const due = group.filter(({ id }) => this.isDue(heads.get(id)!, as_of));
        const telling = { reports, state, fenced, snapshot, as_of, began_ms, urgent: urgent.all };
        if (due.length > 0) await tell(telling, due, await this.readLastDays(snapshot, due[0]!), true);
        else if (urgent.orders.size > 0)
          await tell(
            telling,
            group.filter(({ id }) => urgent.orders.has(id)),
            await this.readSome(snapshot, group[0]!, urgent.all),
            false,
          );
        else if (urgent.looked.length > 0)
          await fenced.transaction(async (transaction) => {
            for (const id of urgent.looked)
              await writeHead(transaction, id, { ...(await readHead(transaction, id)), urgent_as_of: as_of });
          });
      },
      { timeout_ms: TIMEOUT_TIMES * reports.timeout_ms },
    );
  }

  private isDue({ planned_ms, took_ms, as_of, waiting }: FeedHead, now_as_of: string): boolean {
    const past_ms = this.parts.reports.clock() - planned_ms;
    if (as_of !== '' && past_ms >= 0 && past_ms < Math.max(LEAST_PAUSE_MS, PAUSE_TIMES * took_ms)) return false;
    // Other settings and models change credit without a change of the log.
    return as_of !== now_as_of || waiting || past_ms > MS_PER_HOUR;
  }

  private async readLastDays(snapshot: Snapshot, settings: DestinationSettings): Promise<Found> {
    const now_ms = this.parts.reports.clock();
    const day = (ms: number): string => formatDate(Math.floor(ms / MS_PER_DAY));
    const period = { start: day(now_ms - settings.correct_ms), end: day(now_ms + 2 * MS_PER_DAY) };
    const plan = await this.resolve(snapshot, settings, period);
    const { orders, query } = await readOrderStates(snapshot, plan, this.parts.reports.directory);
    return { plan, orders, readDetails: (own) => readDetails(snapshot, plan, query, own) };
  }

  /** Reads some orders alone. */
  private async readSome(snapshot: Snapshot, settings: DestinationSettings, ids: ReadonlySet<string>): Promise<Found> {
    const orders = new Map<string, PlannedOrder>();
    const details = new Map<string, Details>();
    let plan: Plan | null = null;
    for (const conversion_id of ids) {
      plan = await this.resolve(snapshot, settings, {}, conversion_id);
      const read = await readOrderStates(snapshot, plan, this.parts.reports.directory);
      for (const [id, order] of read.orders) orders.set(id, order);
      // The next order makes relations of the same names.
      for (const [id, own] of await readDetails(snapshot, plan, read.query, [...read.orders.values()]))
        details.set(id, own);
    }
    return { plan: plan!, orders, readDetails: async () => details };
  }

  private async resolve(
    snapshot: Snapshot,
    { brand_id, model }: DestinationSettings,
    period: { start?: string; end?: string },
    conversion_id?: string,
  ): Promise<Plan> {
    const resolved = await resolveParameters(
      snapshot,
      this.parts.reports,
      { model, ...period },
      {
        key_brand_id: null,
        brand_ids: [brand_id],
        extra: { report: 'destinations' },
        ...(conversion_id === undefined ? {} : { conversion_id }),
      },
    );
    return resolved.plan;
  }
}

/** Destinations of one brand, model and horizon share the query. */
function groupsOf(destinations: Iterable<DestinationSettings>): DestinationSettings[][] {
  const groups = new Map<string, DestinationSettings[]>();
  for (const own of destinations) {
    const name = JSON.stringify([own.brand_id, own.model, own.correct_ms]);
    groups.set(name, [...(groups.get(name) ?? []), own]);
  }
  return [...groups.values()];
}
