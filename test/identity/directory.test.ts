/** The directory answers for any position of the log as if it had read the log from its beginning. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PersonDirectory } from '../../src/identity/directory.ts';
import type { Position } from '../../src/warehouse/position.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { runsOf } from '../support/tier.ts';

const at = (log_seq: number): Position => new Map([['main', log_seq]]);
const time = (hour: number): string => new Date(Date.UTC(2026, 4, 1, hour)).toISOString();

const visit = (name: string, hour: number, who: object): WireEvent => ({
  record: 'touchpoints',
  event: { touchpoint_id: name, touchpoint_type: 'page_view', occurred_at: time(hour), ...who },
});
const order = (name: string, hour: number, who: object): WireEvent => ({
  record: 'conversions',
  event: { conversion_id: name, conversion_type: 'purchase', conversion_value: 1, occurred_at: time(hour), ...who },
});
const send = (name: string, hour: number, customer_id: string): WireEvent => ({
  record: 'email_events',
  event: { event_id: name, event_type: 'sent', customer_id, occurred_at: time(hour) },
});
const segment = (name: string, hour: number, customer_id: string): WireEvent => ({
  record: 'customer_segments',
  event: { segment_id: name, segment_name: 's', customer_id, assigned_at: time(hour) },
});
const link = (
  name: string,
  hour: number,
  left_id: string,
  right_id: string,
  state = 'linked',
  more: object = {},
): WireEvent => ({
  record: 'identity_links',
  event: { link_id: name, left_id, right_id, state, occurred_at: time(hour), ...more },
});

/** The members of two brands as of a position, as the query sees them. */
async function members(
  engine: Engine,
  directory: PersonDirectory,
  position: Position,
  identity_min_probability = 0.5,
): Promise<string[]> {
  const rules = ['default', 'other'].map((brand_id) => ({ brand_id, identity_min_probability }));
  return engine.warehouse.read(async (s) => {
    await directory.makeRelation(s, position, rules);
    const rows = await s.query('select brand_id, id, person_id from persons');
    return rows.map((row) => `${row['brand_id']} ${row['id']} is ${row['person_id']}`).sort();
  });
}

const ask = (engine: Engine, directory: PersonDirectory, log_seq: number): Promise<string[]> =>
  members(engine, directory, at(log_seq));

/** The answers at every position, by one directory that goes along, and by a new one each time. */
async function expectSameAsFresh(events: readonly WireEvent[]): Promise<string[][]> {
  const engine = await Engine.open();
  try {
    await engine.load(events);
    const along = new PersonDirectory();
    const answers: string[][] = [];
    for (let log_seq = 0; log_seq <= events.length; log_seq++) {
      const answer = await ask(engine, along, log_seq);
      expect([log_seq, answer]).toEqual([log_seq, await ask(engine, new PersonDirectory(), log_seq)]);
      answers.push(answer);
    }
    return answers;
  } finally {
    await engine.close();
  }
}

describe('the directory', () => {
  test('follows the log event by event', async () => {
    const answers = await expectSameAsFresh([
      visit('t1', 5, { anonymous_id: 'a' }),
      visit('t2', 6, { anonymous_id: 'a', customer_id: 'c1' }),
      order('o1', 4, { anonymous_id: 'a', customer_id: 'c2' }),
      link('l1', 7, 'c1', 'c2'),
      link('l2', 8, 'a', 'c2', 'unlinked'),
      link('l3', 9, 'c1', 'c2', 'unlinked'),
    ]);
    expect(answers).toEqual([
      [],
      [],
      ['default a is c1'],
      ['default a is c2'],
      ['default a is c1', 'default c2 is c1'],
      ['default a is c1', 'default c2 is c1'],
      ['default a is c1'],
    ]);
  });

  test('sees a record that comes late, between the records of a pair that was unlinked', async () => {
    const answers = await expectSameAsFresh([
      visit('t1', 1, { anonymous_id: 'a', customer_id: 'c1' }),
      visit('t2', 9, { anonymous_id: 'a', customer_id: 'c1' }),
      visit('t3', 6, { anonymous_id: 'a', customer_id: 'c2' }),
      link('l1', 2, 'a', 'c1', 'unlinked'),
      visit('t4', 5, { anonymous_id: 'a', customer_id: 'c1' }),
    ]);
    expect(answers.slice(-2)).toEqual([['default a is c2'], ['default a is c1']]);
  });

  test('knows a customer by any record that names it: an email, a segment, an order', async () => {
    for (const naming of [
      send('e', 1, 'x'),
      segment('s', 1, 'x'),
      order('o', 1, { customer_id: 'x' }),
      visit('t', 1, { customer_id: 'x' }),
    ]) {
      const answers = await expectSameAsFresh([link('l', 2, 'x', 'd'), naming]);
      // Two devices are named after the smaller; a customer and a device after the customer.
      expect(answers).toEqual([[], ['default x is d'], ['default d is x']]);
    }
  });

  test('keeps brands apart', async () => {
    const [last] = (
      await expectSameAsFresh([
        visit('t1', 1, { anonymous_id: 'a', customer_id: 'c' }),
        visit('t2', 1, { anonymous_id: 'a', brand_id: 'other' }),
        order('o', 1, { anonymous_id: 'b', customer_id: 'c', brand_id: 'other' }),
      ])
    ).slice(-1);
    expect(last).toEqual(['default a is c', 'other b is c']);
  });

  test('joins fewer ids when the brand asks for a higher probability', async () => {
    const engine = await Engine.open();
    const directory = new PersonDirectory();
    await engine.load([link('l', 1, 'a', 'b', 'linked', { probability: 0.6 })]);
    const at_least = (probability: number) => members(engine, directory, at(1), probability);
    expect([await at_least(0.5), await at_least(0.7), await at_least(0.6)]).toEqual([
      ['default b is a'],
      [],
      ['default b is a'],
    ]);
    await engine.close();
  });

  test('gives the same persons whether it follows the log or reads it anew, for any log, in any order of positions', async () => {
    const anonymous = fc.constantFrom('a1', 'a2', 'x');
    const customer = fc.constantFrom('c1', 'c2', 'x');
    const any = fc.constantFrom('a1', 'a2', 'c1', 'c2', 'x');
    const hour = fc.integer({ min: 0, max: 6 });
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(hour, anonymous, customer).map(
          ([h, a, c]) =>
            (name: string) =>
              visit(name, h, { anonymous_id: a, ...(a === c ? {} : { customer_id: c }) }),
        ),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(hour, anonymous, customer).map(
          ([h, a, c]) =>
            (name: string) =>
              order(name, h, { anonymous_id: a, customer_id: c }),
        ),
      },
      {
        weight: 4,
        arbitrary: fc
          .tuple(hour, any, any, fc.constantFrom('linked', 'unlinked'))
          .filter(([, l, r]) => l !== r)
          .map(
            ([h, l, r, state]) =>
              (name: string) =>
                link(name, h, l, r, state),
          ),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(hour, any).map(
          ([h, c]) =>
            (name: string) =>
              send(name, h, c),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(hour, any).map(
          ([h, c]) =>
            (name: string) =>
              segment(name, h, c),
        ),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 14 }),
        fc.array(fc.nat(14), { maxLength: 6 }),
        async (steps, jumps) => {
          const events = steps.map((make, i) => make(`n${i}`));
          const answers = await expectSameAsFresh(events);
          const engine = await Engine.open();
          await engine.load(events);
          const directory = new PersonDirectory();
          for (const jump of jumps.filter((j) => j <= events.length))
            expect(await ask(engine, directory, jump)).toEqual(answers[jump]);
          await engine.close();
        },
      ),
      { numRuns: runsOf('TRIBUTARY_DIRECTORY_RUNS', 6, 40), endOnFailure: true },
    );
  });
});
