/** The time to join a million people by five million records with two ids, and to add one more: membership alone, without an engine. */
import { Random } from '../src/domain/random.ts';
import { KeptMembership } from '../src/identity/kept-membership.ts';
import { type FactPage, PAGE_ROWS } from '../src/identity/pages.ts';
import { median, save, show } from './report.ts';

const EDGES_A_PERSON = 5;
const DEVICES = 3;
/** Records of a device that name somebody else than its owner. */
const STRANGE = 0.02;
const ROUNDS = 100;
const RULE = { brand_id: 'shop', identity_min_probability: 0.5 };

export function benchLinks(people: number): void {
  const edges = people * EDGES_A_PERSON;
  console.log(`identity: ${people} people, ${edges} records with both ids`);
  let resolved_s = 0;
  const counted = <T>(work: () => T): T => {
    const before = process.cpuUsage();
    const answer = work();
    const used = process.cpuUsage(before);
    resolved_s += (used.user + used.system) / 1e6;
    return answer;
  };
  const kept = new KeptMembership('bench');
  const draft = kept.beginDraft(0);
  // Pages are made one at a time, as they come from the engine. To make them does not count.
  for (const one of pagesOf(people, edges)) counted(() => kept.add(draft, one));
  let step = counted(() => {
    const made = kept.keep(draft).step;
    kept.relation({ step: made, draft: null }, [RULE]);
    return made;
  });
  const one_ms: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const next = kept.beginDraft(step);
    kept.add(next, page([[`new-${round}`, `c${round}`, round]]));
    step = kept.keep(next).step;
    kept.relation({ step, draft: null }, [RULE]);
    one_ms.push(performance.now() - start);
  }
  show('processor time to resolve all', `${resolved_s.toFixed(1)} s`);
  show('one new edge, median', `${median(one_ms).toFixed(2)} ms`);
  save('links', { people, edges, rounds: ROUNDS }, { resolved_s, one_ms: median(one_ms) });
}

type Edge = readonly [anonymous_id: string, customer_id: string, at_ms: number];

function* pagesOf(people: number, edges: number): Generator<FactPage> {
  const random = new Random(1, 'links');
  for (let from = 0; from < edges; from += PAGE_ROWS)
    yield page(
      Array.from({ length: Math.min(PAGE_ROWS, edges - from) }, (_, i) => {
        const person = random.integer(0, people - 1);
        const named = random.chance(STRANGE) ? random.integer(0, people - 1) : person;
        return [`d${person * DEVICES + random.integer(0, DEVICES - 1)}`, `c${named}`, from + i];
      }),
    );
}

function page(edges: readonly Edge[]): FactPage {
  return {
    kind: 'records',
    brand_id: edges.map(() => RULE.brand_id),
    anonymous_id: edges.map(([anonymous_id]) => anonymous_id),
    customer_id: edges.map(([, customer_id]) => customer_id),
    at_ms: edges.map(([, , at_ms]) => at_ms),
  };
}
