/**
 * Assigns segments by behaviour: who joined a segment, who left it, and whose assignment ends soon is stated, as any program could state it with
 * `POST /v1/customer_segments`. So reports filter and group by these segments as by others, and each order keeps the segments of its time.
 */
import { formatInstant, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import type { Collector } from '../log/collector.ts';
import type { Fenced, TimedFollower } from '../log/follower.ts';
import type { ReportContext } from '../reports/context.ts';
import { resolveParameters } from '../reports/resolve.ts';
import type { Json } from '../state/port.ts';
import { Fifths, type PersonFigures, rfmClassOf, segmentsOf } from './membership.ts';
import { ASSIGNED_BY, makeBehaviour, type Person, readCustomers, readPeople } from './people.ts';
import type { BehaviouralSegments } from './settings.ts';

const LOOK_EVERY_MS = MS_PER_MINUTE;
/** The last run of each brand, by brand: {@link Assigned}. */
const COLLECTION = 'behavioural_segments';
/** Below so many customers a fifth of them says nothing. */
export const LEAST_CUSTOMERS = 50;
const SENT_TOGETHER = 500;
/** After so many statements the loader gets time to load them. */
const SENT_BEFORE_LOADED = 20_000;

const CRITERIA = {
  rfm: 'Last order, number of orders and net revenue, by fifths of the customers',
  email: 'Days since the last open or click of an email, and whether emails arrive and are wanted',
} as const;

/** What a run did. */
export interface Assigned {
  at: string;
  people: number;
  joined: number;
  renewed: number;
  left: number;
}

interface Parts {
  reports: ReportContext;
  collector: Pick<Collector, 'accept' | 'flush'>;
}

/** The follower that assigns the segments of the configured brands when they are due. */
export function assignSegments(all: readonly BehaviouralSegments[], parts: Parts): TimedFollower {
  return {
    name: 'behavioural_segments',
    every_ms: LOOK_EVERY_MS,
    run: async (state, signal) => {
      for (const settings of all) {
        signal.throwIfAborted();
        const due_ms = await dueOf(state, settings);
        if (due_ms > parts.reports.clock()) continue;
        const done = await assignOnce(settings, parts, signal);
        await state.transaction((transaction) =>
          transaction.put(COLLECTION, settings.brand_id, done as unknown as Json),
        );
      }
    },
  };
}

async function dueOf(state: Fenced, { brand_id, every_hours }: BehaviouralSegments): Promise<number> {
  const last = await state.transaction((transaction) => transaction.get<Json>(COLLECTION, brand_id));
  return last === undefined ? 0 : Date.parse((last as unknown as Assigned).at) + every_hours * MS_PER_HOUR;
}

/** Assigns the segments of a brand. Run again after a stop, it states only what is missing. */
export async function assignOnce(
  settings: BehaviouralSegments,
  { reports, collector }: Parts,
  signal: AbortSignal,
): Promise<Assigned> {
  // What an earlier run stated has to be in the warehouse, or it would be stated again.
  await collector.flush();
  const now_ms = reports.clock();
  const { brand_id } = settings;
  const done: Assigned = { at: formatInstant(now_ms), people: 0, joined: 0, renewed: 0, left: 0 };
  const statements = new Statements(settings, collector, now_ms, done);
  await reports.warehouse.read(
    async (snapshot) => {
      const period = { start: '1970-01-01T00:00:00Z', end: formatInstant(now_ms) };
      const { plan } = await resolveParameters(snapshot, reports, period, {
        key_brand_id: null,
        brand_ids: [brand_id],
      });
      await makeBehaviour(snapshot, reports, plan, settings);
      const classOf = settings.rfm ? classifier(await readCustomers(snapshot)) : () => null;
      await readPeople(snapshot, async (people) => {
        signal.throwIfAborted();
        for (const person of people) {
          // Who denies profiling is in no segment, and leaves those of before.
          const wanted = person.denies_profiling ? [] : segmentsOf(person, classOf(person), settings, now_ms);
          await statements.of(person, wanted);
        }
        done.people += people.length;
      });
    },
    { for: 'reports', signal },
  );
  await statements.send();
  return done;
}

type Customers = Awaited<ReturnType<typeof readCustomers>>;

/** The class of each customer; null for who never ordered. */
function classifier({ recency, frequency, money }: Customers): (person: PersonFigures) => string | null {
  if (recency.length < LEAST_CUSTOMERS) return () => null;
  const [r, f, m] = [new Fifths(recency), new Fifths(frequency), new Fifths(money)];
  return ({ orders, last_ms, micros }) =>
    orders === 0
      ? null
      : rfmClassOf({ recency: r.scoreOf(last_ms!), frequency: f.scoreOf(orders), money: m.scoreOf(Number(micros)) });
}

class Statements {
  private readonly waiting: Array<Record<string, unknown>> = [];
  private sent = 0;

  constructor(
    private readonly settings: BehaviouralSegments,
    private readonly collector: Parts['collector'],
    private readonly now_ms: number,
    private readonly done: Assigned,
  ) {}

  /** States what changed for a person. */
  async of({ person_id, held }: Person, wanted: readonly string[]): Promise<void> {
    const length_ms = this.settings.expire_days * MS_PER_DAY;
    for (const name of wanted) {
      const ends_ms = held.get(name);
      if (ends_ms !== undefined && ends_ms - this.now_ms > length_ms / 2) continue;
      this.done[ends_ms === undefined ? 'joined' : 'renewed'] += 1;
      this.add(person_id, name, this.now_ms + length_ms);
    }
    for (const name of held.keys()) {
      if (wanted.includes(name)) continue;
      this.done.left += 1;
      // A statement has to last; a later one about the same segment takes its place.
      this.add(person_id, name, this.now_ms + 1);
    }
    if (this.waiting.length >= SENT_TOGETHER) await this.send();
  }

  async send(): Promise<void> {
    const { brand_id } = this.settings;
    while (this.waiting.length > 0) {
      const inputs = this.waiting.splice(0, SENT_TOGETHER);
      const drafts = inputs.map((input) => ({ record: 'customer_segments' as const, input }));
      const { rejected } = await this.collector.accept(
        { source: 'behavioural_segments', drafts },
        { key_brand_id: brand_id },
      );
      if (rejected.length > 0) throw new Error(`a segment was refused: ${rejected[0]!.field}: ${rejected[0]!.reason}`);
      this.sent += inputs.length;
      if (this.sent % SENT_BEFORE_LOADED === 0) await this.collector.flush();
    }
  }

  private add(customer_id: string, segment_name: string, ends_ms: number): void {
    const kind = /^(rfm|email)_/.exec(segment_name)?.[1] as keyof typeof CRITERIA | undefined;
    this.waiting.push({
      customer_id,
      segment_name,
      segment_criteria: kind === undefined ? `The rule ${segment_name} of the configuration` : CRITERIA[kind],
      assigned_at: formatInstant(this.now_ms),
      expires_at: formatInstant(ends_ms),
      segment_properties: { by: ASSIGNED_BY },
    });
  }
}
