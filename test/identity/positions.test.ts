/**
 * The persons at any position of a log that several collectors write, for several brands and rules, whatever was asked
 * before: compared with the reference, and with a directory that knows nothing yet.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PersonDirectory } from '../../src/identity/directory.ts';
import type { Position } from '../../src/warehouse/position.ts';
import { personKey, persons } from '../reference/persons.ts';
import type { RefConversion, RefLink, RefTouchpoint, World } from '../reference/types.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { runsOf } from '../support/tier.ts';

const COLLECTORS = ['left', 'right'] as const;
const BRANDS = ['default', 'other'] as const;
const RUNS = runsOf('TRIBUTARY_DIRECTORY_RUNS', 8, 40);

type Told =
  | { record: 'touchpoints'; event: Omit<RefTouchpoint, 'log_seq'> }
  | { record: 'conversions'; event: Omit<RefConversion, 'log_seq'> }
  | { record: 'identity_links'; event: Omit<RefLink, 'log_seq'> };

const brand_id = fc.constantFrom(...BRANDS, 'default');
const occurred_at = fc.integer({ min: 0, max: 6 }).map((hour) => Date.UTC(2026, 4, 1, hour));
const customer = fc.constantFrom('c1', 'c2', 'c3', 'x');
const device = fc.constantFrom('a1', 'a2', 'a3', 'x');

const visit = fc.record({ brand_id, occurred_at, anonymous_id: device, customer_id: fc.option(customer) }).map(
  (told) =>
    (name: string): Told => ({
      record: 'touchpoints',
      event: { ...told, touchpoint_id: name, touchpoint_type: 'page_view' },
    }),
);
const order = fc.record({ brand_id, occurred_at, customer_id: customer, anonymous_id: fc.option(device) }).map(
  (told) =>
    (name: string): Told => ({
      record: 'conversions',
      event: { ...told, conversion_id: name, conversion_type: 'purchase', conversion_value_micros: 1, currency: 'USD' },
    }),
);
const link = fc
  .record({
    brand_id,
    occurred_at,
    left_id: fc.oneof(customer, device),
    right_id: fc.oneof(customer, device),
    state: fc.constantFrom('linked', 'linked', 'unlinked'),
    probability: fc.constantFrom(null, null, 0.6, 0.9),
  })
  .filter(({ left_id, right_id }) => left_id !== right_id)
  .map(
    (told) =>
      (name: string): Told => ({ record: 'identity_links', event: { ...told, link_id: name } }),
  );

/** Names are of the collector and the place, so that no two events have one. */
const logOf = (collector: string) =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: visit }, { weight: 2, arbitrary: order }, { weight: 4, arbitrary: link }), {
      maxLength: 14,
    })
    .map((makers) => makers.map((make, i) => make(`${collector}${i}`)));
const [log_l, log_r] = [logOf('l'), logOf('r')];
const question = fc.record({ left: fc.nat(14), right: fc.nat(14), sure: fc.constantFrom(0.5, 0.5, 0.5, 0.8) });

function wire({ record, event }: Told): WireEvent {
  const { occurred_at: at_ms, ...fields } = event;
  const told = Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== null && name !== 'conversion_value_micros'),
  );
  const value = record === 'conversions' ? { conversion_value: 1 } : {};
  return { record, event: { ...told, ...value, occurred_at: new Date(at_ms).toISOString() } };
}

/** What the reference says of the first so many events of each collector. */
function expected(logs: readonly Told[][], sizes: readonly number[], identity_min_probability: number): string[] {
  const world: World = {
    touchpoints: [],
    conversions: [],
    adjustments: [],
    identity_links: [],
    fx_rates: [],
    spend: [],
    customer_segments: [],
    consents: [],
  };
  for (const { record, event } of logs.flatMap((told, i) => told.slice(0, sizes[i])))
    (world[record] as unknown[]).push({ ...event, log_seq: 0 });
  const settings = Object.fromEntries(BRANDS.map((brand) => [brand, { identity_min_probability }]));
  const all = persons(world, null, settings);
  return [...all]
    .map(([key, person]) => [...key.split(personKey('', '')), person])
    .filter(([, id, person]) => id !== person)
    .map((row) => row.join(' '))
    .sort();
}

async function asked(
  engine: Engine,
  directory: PersonDirectory,
  sizes: readonly number[],
  identity_min_probability: number,
): Promise<string[]> {
  const position: Position = new Map(COLLECTORS.map((name, i) => [name, sizes[i]!] as const).filter(([, n]) => n > 0));
  return engine.warehouse.read(async (s) => {
    const rules = BRANDS.map((brand) => ({ brand_id: brand, identity_min_probability }));
    await directory.makeRelation(s, position, rules);
    const rows = await s.query('select brand_id, id, person_id, subject_key, person_key from persons');
    const found = rows.map((row) => `${row['brand_id']} ${row['id']} ${row['person_id']}`).sort();
    for (const rule of rules) {
      // The person of one id is the same, with the same members.
      const mine = rows.filter((row) => row['brand_id'] === rule.brand_id);
      const { person_id, ids } = await directory.person(s, position, rule, 'a1');
      expect(person_id).toBe(mine.find((row) => row['id'] === 'a1')?.['person_id'] ?? 'a1');
      expect(ids.sort()).toEqual(
        mine
          .filter((row) => row['person_id'] === person_id)
          .map((row) => row['id'])
          .sort(),
      );
    }
    return found;
  });
}

async function expectAsReference(
  logs: readonly Told[][],
  questions: ReadonlyArray<{ left: number; right: number; sure: number }>,
  near_links?: number,
): Promise<void> {
  const engine = await Engine.open();
  const directory = new PersonDirectory(near_links === undefined ? {} : { near_links });
  try {
    await engine.loadAll(new Map(COLLECTORS.map((name, i) => [name, logs[i]!.map(wire)])), 500);
    for (const { left, right, sure } of questions) {
      const sizes = [Math.min(left, logs[0]!.length), Math.min(right, logs[1]!.length)];
      const should = expected(logs, sizes, sure);
      expect([sizes, await asked(engine, directory, sizes, sure)]).toEqual([sizes, should]);
    }
  } finally {
    await directory.close();
    await engine.close();
  }
}

describe('persons at any position', () => {
  test('are those of the reference, in whatever order positions are asked for', async () => {
    await fc.assert(
      fc.asyncProperty(log_l, log_r, fc.array(question, { minLength: 1, maxLength: 10 }), (left, right, questions) =>
        expectAsReference([left, right], questions),
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 300_000);

  test('are those of the reference while the log goes on in steps, with a read that comes late', async () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.boolean()), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(log_l, log_r, steps, (left, right, ahead) => {
        let at = { left: 0, right: 0, sure: 0.5 };
        const questions = ahead.flatMap(([l, r, late]) => {
          const [before, between] = [at, { ...at, left: at.left + (l >> 1), right: at.right + (r >> 1) }];
          at = { ...at, left: at.left + l, right: at.right + r };
          return late ? [at, between, before] : [at];
        });
        return expectAsReference([left, right], questions);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 300_000);

  test('are found by many reads at once, each at a position of its own before what is kept', async () => {
    const engine = await Engine.open();
    const directory = new PersonDirectory({ near_links: 0 });
    const events = Array.from({ length: 12 }, (_, i) => ({
      record: 'touchpoints' as const,
      event: {
        touchpoint_id: `t${i}`,
        touchpoint_type: 'page_view',
        occurred_at: new Date(Date.UTC(2026, 4, 1, i)).toISOString(),
        anonymous_id: `d${i}`,
        customer_id: 'c',
      },
    }));
    await engine.load(events);
    const countAt = (log_seq: number): Promise<number> =>
      engine.warehouse.read(async (s) => {
        const rule = { brand_id: 'default', identity_min_probability: 0.5 };
        return (await directory.person(s, new Map([['main', log_seq]]), rule, 'c')).ids.length;
      });
    await countAt(12);
    const asked = Array.from({ length: 24 }, (_, i) => i % 12);
    expect(await Promise.all(asked.map(countAt))).toEqual(asked);
    expect(directory['old_lines'].size).toBe(2);
    await directory.close();
    await engine.close();
  });

  test('are the same when they are joined in a thread', async () => {
    await fc.assert(
      fc.asyncProperty(log_l, log_r, fc.array(question, { minLength: 4, maxLength: 10 }), (left, right, questions) =>
        expectAsReference([left, right], questions, 0),
      ),
      { numRuns: Math.ceil(RUNS / 10), endOnFailure: true },
    );
  }, 300_000);
});
