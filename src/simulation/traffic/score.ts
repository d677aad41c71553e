/** Judges the corpus by the rules, and says how many machines were found and how many persons were taken for machines. */
import { Random } from '../../domain/random.ts';
import { MACHINE_VERDICTS } from '../../domain/touchpoint.ts';
import { type EnrichOptions, settle } from '../../enrichment/enrich.ts';
import type { MessageFacts } from '../../enrichment/machine-traffic.ts';
import { messageFacts } from '../../enrichment/message-rules.ts';
import { TRAFFIC_KINDS } from './kinds.ts';
import { type LabelledMessage, MessageBuilder, type TrafficKind } from './message.ts';

/** Counts of events, by who made them and what the verdict was. */
export interface Counts {
  machines: number;
  machines_found: number;
  machines_suspect: number;
  persons: number;
  /** Persons whose verdict is machine or bot. */
  persons_lost: number;
  persons_suspect: number;
}

export interface KindScore extends Counts {
  kind: string;
  about: string;
}

export interface TrafficScore {
  kinds: KindScore[];
  opens: Counts;
  clicks: Counts;
  all: Counts;
}

const NONE: Counts = {
  machines: 0,
  machines_found: 0,
  machines_suspect: 0,
  persons: 0,
  persons_lost: 0,
  persons_suspect: 0,
};
const BEGIN_MS = Date.UTC(2026, 0, 5, 9);

/** @param alone true to judge each event by its own evidence alone. */
export function scoreTraffic(options: EnrichOptions, seed: number, messages: number, alone = false): TrafficScore {
  const score: TrafficScore = { kinds: [], opens: { ...NONE }, clicks: { ...NONE }, all: { ...NONE } };
  for (const kind of TRAFFIC_KINDS) {
    const of_kind: KindScore = { kind: kind.name, about: kind.about, ...NONE };
    score.kinds.push(of_kind);
    for (let i = 0; i < messages; i++) {
      const message = makeMessage(kind, seed, i);
      judged(message, options, alone).forEach((verdict, at) => {
        const { by, touchpoint_type } = message.events[at]!;
        const of_type = touchpoint_type === 'email_open' ? score.opens : score.clicks;
        for (const counts of [of_kind, of_type, score.all]) count(counts, by === 'machine', verdict);
      });
    }
  }
  return score;
}

function makeMessage(kind: TrafficKind, seed: number, i: number): LabelledMessage {
  const random = new Random(seed, kind.name, i);
  const [fewest, most] = kind.links ?? [3, 12];
  const delivered_ms = BEGIN_MS + i * 3_600_000;
  const builder = new MessageBuilder(
    random,
    delivered_ms,
    random.integer(fewest, most),
    `${kind.name}.${i}`,
    !kind.untracked,
  );
  kind.make(builder);
  return builder.message;
}

const NO_FACTS: MessageFacts = { delivered_ms: null, reasons: [] };

/** The verdicts of the events, in their order. */
function judged(message: LabelledMessage, options: EnrichOptions, alone: boolean): string[] {
  const events = message.events.map((event, i) => ({ ...event, touchpoint_id: String(i) }));
  const deliveries = message.tells_delivery ? [{ event_type: 'delivered' as const, at_ms: message.delivered_ms }] : [];
  const facts = messageFacts(events, deliveries, message.landings);
  return events.map(({ touchpoint_id, touchpoint_type, user_agent, evidence, at_ms }) => {
    const stored = {
      touchpoint_type,
      ...(user_agent === null ? {} : { user_agent }),
      evidence: JSON.stringify(evidence),
      occurred_at: at_ms,
    };
    return settle(stored, alone ? NO_FACTS : facts.get(touchpoint_id)!, options).verdict;
  });
}

function count(counts: Counts, is_machine: boolean, verdict: string): void {
  const found = (MACHINE_VERDICTS as readonly string[]).includes(verdict);
  const suspect = verdict === 'suspect';
  if (is_machine) {
    counts.machines += 1;
    counts.machines_found += Number(found);
    counts.machines_suspect += Number(suspect);
  } else {
    counts.persons += 1;
    counts.persons_lost += Number(found);
    counts.persons_suspect += Number(suspect);
  }
}

/** The share of those called machines that are machines; null if none was called so. */
export function precision({ machines_found, persons_lost }: Counts): number | null {
  const called = machines_found + persons_lost;
  return called === 0 ? null : machines_found / called;
}

/** The share of machines that were found; null if there are none. */
export function recall({ machines_found, machines }: Counts): number | null {
  return machines === 0 ? null : machines_found / machines;
}
