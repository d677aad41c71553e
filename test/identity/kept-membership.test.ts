/** What is kept of persons changes only where a new fact touches it, and an earlier step is still told as it was. */
import { describe, expect, test } from 'vitest';
import { KeptMembership, type View } from '../../src/identity/kept-membership.ts';
import { type FactPage, type MemberPage, PAGE_ROWS } from '../../src/identity/pages.ts';

const RULE = { brand_id: 'shop', identity_min_probability: 0.5 };

type Pair = readonly [anonymous_id: string, customer_id: string, at_ms?: number];

const records = (pairs: readonly Pair[], brand_id = 'shop'): FactPage => ({
  kind: 'records',
  brand_id: pairs.map(() => brand_id),
  anonymous_id: pairs.map(([anonymous_id]) => anonymous_id),
  customer_id: pairs.map(([, customer_id]) => customer_id),
  at_ms: pairs.map(([, , at_ms]) => at_ms ?? 1),
});

/** An accepted proposal, or one that is taken back. */
const proposal = (left_id: string, right_id: string, state: 'linked' | 'unlinked', at_ms: number): FactPage => ({
  ...(statement(left_id, right_id, { probability: 0.9 }) as FactPage & { kind: 'statements' }),
  link_id: [`${left_id}-${right_id}-${at_ms}`],
  state: [state],
  probabilistic: [true],
  at_ms: [at_ms],
});

const statement = (left_id: string, right_id: string, more: { probability?: number } = {}): FactPage => ({
  kind: 'statements',
  brand_id: ['shop'],
  link_id: [`${left_id}-${right_id}`],
  left_id: [left_id],
  right_id: [right_id],
  state: ['linked'],
  probability: [more.probability ?? null],
  probabilistic: [false],
  at_ms: [1],
});

function keep(kept: KeptMembership, step: number, ...pages: FactPage[]) {
  const draft = kept.beginDraft(step);
  for (const page of pages) kept.add(draft, page);
  return kept.keep(draft);
}

const at = (step: number): View => ({ step, draft: null });
const told = (page: MemberPage): string[] => page.id.map((id, i) => `${id} is ${page.person_id[i]}`).sort();

function table(kept: KeptMembership, base: string): string[] {
  const cursor = kept.openRows(base)!;
  const rows: string[] = [];
  for (let page = kept.nextRows(cursor)!; page.id.length > 0; page = kept.nextRows(cursor)!) rows.push(...told(page));
  return rows.sort();
}

const many = (count: number): Pair[] => Array.from({ length: count }, (_, i) => [`device-${i}`, `customer-${i}`]);

describe('a new fact', () => {
  test('joins only the group of ids that it touches, however many groups there are', () => {
    const kept = new KeptMembership('k');
    keep(kept, 0, records(many(1_000)), records(many(50), 'other'));
    kept.relation(at(0), [RULE]);
    expect(keep(kept, 0, records([['device-new', 'customer-7']]))).toMatchObject({ step: 1, rejoined: 1 });
    expect(keep(kept, 1, statement('customer-1', 'customer-2'))).toMatchObject({ step: 2, rejoined: 1 });
    // Two in one draft, in two brands.
    const both = keep(kept, 2, records([['d', 'customer-3']]), records([['d', 'customer-3']], 'other'));
    expect(both).toMatchObject({ step: 3, rejoined: 2 });
  });

  test('that repeats what is known makes no step', () => {
    const kept = new KeptMembership('k');
    keep(kept, 0, records([['a', 'c', 5]]));
    expect(keep(kept, 0, records([['a', 'c', 6]]))).toMatchObject({ step: 0, rejoined: 0 });
    expect(keep(kept, 0, records([['a', 'c', 4]]))).toMatchObject({ step: 1, rejoined: 1 });
  });
});

describe('the kept table', () => {
  test('stays as it is, and reads are given what changed since', () => {
    const kept = new KeptMembership('k');
    keep(kept, 0, records(many(100)));
    const first = kept.relation(at(0), [RULE])!;
    expect([first.delta.id, table(kept, first.base).length]).toEqual([[], 100]);
    keep(kept, 0, records([['device-1', 'customer-0', 0]]), statement('customer-8', 'customer-9'));
    const second = kept.relation(at(1), [RULE])!;
    expect(second.base).toBe(first.base);
    // The device goes to the customer that it was seen with first; what did not change is not told.
    expect(told(second.delta)).toEqual([
      'customer-9 is customer-8',
      'device-1 is customer-0',
      'device-9 is customer-8',
    ]);
    expect(table(kept, first.base)).toContain('device-1 is customer-1');
    expect(told(kept.relation(at(0), [RULE])!.delta)).toEqual([]);
  });

  test('is made anew when too much changed, and the one before can no longer be read', () => {
    const kept = new KeptMembership('k');
    keep(kept, 0, records(many(100)));
    const first = kept.relation(at(0), [RULE])!;
    keep(kept, 0, records(many(700).slice(100)));
    const second = kept.relation(at(1), [RULE])!;
    expect(second.base).not.toBe(first.base);
    expect([second.delta.id, table(kept, second.base).length]).toEqual([[], 700]);
    expect(kept.openRows(first.base)).toBeUndefined();
    // The earlier step is told as what is missing from the new table: its ids are persons of their own there.
    const earlier = told(kept.relation(at(0), [RULE])!.delta);
    expect([earlier.length, earlier.every((line) => line.split(' is ')[0] === line.split(' is ')[1])]).toEqual([
      600,
      true,
    ]);
  });

  test('of another rule is another table, and leaves the first as it is', () => {
    const kept = new KeptMembership('k');
    keep(kept, 0, statement('a', 'b', { probability: 0.6 }), statement('c', 'd'));
    const sure = { ...RULE, identity_min_probability: 0.7 };
    const [first, second, third] = [RULE, sure, RULE].map((rule) => kept.relation(at(0), [rule])!);
    expect([table(kept, first!.base), table(kept, second!.base)]).toEqual([['b is a', 'd is c'], ['d is c']]);
    expect(third!.base).toBe(first!.base);
  });

  test('is read in pages, and does not show what changes meanwhile', () => {
    const kept = new KeptMembership('k');
    keep(kept, 0, records(many(PAGE_ROWS + 10)));
    const { base } = kept.relation(at(0), [RULE])!;
    const cursor = kept.openRows(base)!;
    const first = kept.nextRows(cursor)!;
    keep(kept, 0, records([[`device-${PAGE_ROWS + 5}`, 'customer-0', 0]]));
    const rest = kept.nextRows(cursor)!;
    expect([first.id.length, rest.id.length, kept.nextRows(cursor)!.id.length]).toEqual([PAGE_ROWS, 10, 0]);
    expect(told(rest)).toContain(`device-${PAGE_ROWS + 5} is customer-${PAGE_ROWS + 5}`);
    expect(kept.nextRows(cursor)).toBeUndefined();
  });

  test('takes a brand in that gets its first link after the table began', () => {
    const kept = new KeptMembership('k');
    keep(kept, 0, records([['a', 'c']]));
    const rules = [RULE, { ...RULE, brand_id: 'young' }];
    const first = kept.relation(at(0), rules)!;
    keep(kept, 0, records([['x', 'y']], 'young'));
    const second = kept.relation(at(1), rules)!;
    expect([second.base === first.base, told(second.delta)]).toEqual([true, ['x is y']]);
  });
});

describe('an earlier step', () => {
  test('is told as it was, until it is too long ago', () => {
    const kept = new KeptMembership('k', { max_unfolded: 20 });
    keep(kept, 0, records([['d-0', 'c']]));
    let earliest = 0;
    for (let step = 1; step <= 60; step++) ({ earliest } = keep(kept, step - 1, records([[`d-${step}`, 'c']])));
    expect(earliest).toBeGreaterThan(20);
    for (const step of [earliest, 50, 59, 60]) {
      const { ids } = kept.person(at(step), RULE, 'd-0')!;
      expect(ids.length).toBe(step + 1);
    }
    expect(kept.person(at(earliest - 1), RULE, 'd-0')).toBeUndefined();
    expect(kept.relation(at(earliest - 1), [RULE])).toBeUndefined();
  });

  test('is told with the facts of a draft on top of it, which changes nothing', () => {
    const kept = new KeptMembership('k');
    keep(kept, 0, records([['a', 'c1', 5]]));
    keep(kept, 0, records([['a', 'c2', 4]]));
    const draft = kept.beginDraft(0);
    kept.add(draft, statement('c1', 'c0'));
    kept.add(draft, { kind: 'customers', brand_id: ['shop'], id: ['c0'] });
    expect(kept.person({ step: 0, draft }, RULE, 'a')).toEqual({ person_id: 'c0', ids: ['a', 'c1'] });
    kept.dropDraft(draft);
    expect(kept.person(at(1), RULE, 'a')).toEqual({ person_id: 'c2', ids: ['a'] });
    expect(kept.person(at(0), RULE, 'a')).toEqual({ person_id: 'c1', ids: ['a'] });
  });
});

test('a proposal that is accepted and taken back leaves the kept members as they were, row by row', () => {
  const kept = new KeptMembership('k');
  keep(kept, 0, records(many(20)), statement('customer-3', 'customer-4'));
  const first = kept.relation(at(0), [RULE])!;
  const before = table(kept, first.base);
  let step = 0;
  for (const [left, right] of [
    ['customer-1', 'customer-2'],
    ['a-new-device', 'customer-5'],
    ['device-6', 'customer-7'],
    ['customer-3', 'customer-4'],
  ] as const) {
    const merged = keep(kept, step, proposal(left, right, 'linked', 5)).step;
    step = keep(kept, merged, proposal(left, right, 'unlinked', 6)).step;
    const anew = new KeptMembership('n');
    keep(anew, 0, records(many(20)), statement('customer-3', 'customer-4'));
    keep(anew, 0, proposal(left, right, 'linked', 5), proposal(left, right, 'unlinked', 6));
    expect(table(anew, anew.relation(at(1), [RULE])!.base)).toEqual(before);
    const { base, delta } = kept.relation(at(step), [RULE])!;
    // What is told beside the table says the same as the table.
    expect([table(kept, base), told(delta).filter((row) => !before.includes(row) && !isOwn(row))]).toEqual([
      before,
      [],
    ]);
  }
});

const isOwn = (row: string): boolean => row.split(' is ')[0] === row.split(' is ')[1];

describe('an id that is linked with more than a thousand others', () => {
  const name = (kept: KeptMembership, step: number): string[] => {
    const { base, delta } = kept.relation(at(step), [RULE])!;
    const changed = new Map(delta.id.map((id, i) => [id, delta.person_id[i]!]));
    const told_before = table(kept, base).map((line) => line.split(' is ') as [string, string]);
    return [...new Map([...told_before, ...changed])].filter(([id, person]) => id !== person).map(([id]) => id);
  };
  const devices = (count: number): Pair[] => Array.from({ length: count }, (_, i) => [`device-${i}`, 'guest']);

  test.each(['records', 'statements'])('is kept apart, and joined again when it has fewer: %s', (how) => {
    const kept = new KeptMembership('k');
    const known = how === 'records' ? [] : [statement('device-0', 'guest')];
    keep(kept, 0, records(devices(1_000)), ...known);
    expect(name(kept, 0)).toHaveLength(1_000);
    keep(kept, 0, records([['device-new', 'guest']]), records([['own-device', 'anna']]));
    expect(name(kept, 1)).toEqual(['own-device']);
    // What is read anew is the same.
    const anew = new KeptMembership('n');
    keep(anew, 0, records([...devices(1_000), ['device-new', 'guest'], ['own-device', 'anna']]), ...known);
    expect(name(anew, 0)).toEqual(['own-device']);
    const unlink = { ...(statement('device-7', 'guest') as FactPage & { kind: 'statements' }), at_ms: [9] };
    keep(kept, 1, { ...unlink, link_id: ['u'], state: ['unlinked'] });
    expect(name(kept, 2)).toHaveLength(1_001);
  });

  test('does not join the customers that name it', () => {
    const kept = new KeptMembership('k');
    const till = Array.from({ length: 1_001 }, (_, i) => `customer-${i}`);
    keep(
      kept,
      0,
      records([['x', 'till'], ...till.map((id): Pair => [`of-${id}`, id])]),
      ...till.map((id) => statement(id, 'till')),
    );
    expect(kept.person(at(0), RULE, 'customer-5')).toEqual({ person_id: 'customer-5', ids: ['of-customer-5'] });
  });
});
