/** Who is who: docs/semantics.md section 4, rule by rule. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import { type ImplicitLink, joinPersons, type LinkStatement } from '../../src/identity/persons.ts';

/** A record at `hour` that carried both ids. Customers are ids that start with c or C. */
const both = (anonymous_id: string, customer_id: string, ...hours: number[]): ImplicitLink => {
  const times_ms = hours.map((hour) => hour * MS_PER_HOUR);
  return {
    anonymous_id,
    customer_id,
    first_ms: Math.min(...times_ms),
    times_ms,
  };
};

let statements_made = 0;
const said = (
  state: 'linked' | 'unlinked',
  left_id: string,
  right_id: string,
  hour = 1,
  more: Partial<LinkStatement> = {},
): LinkStatement => {
  statements_made += 1;
  return {
    link_id: `l${statements_made}`,
    left_id,
    right_id,
    state,
    probability: null,
    occurred_at: hour * MS_PER_HOUR,
    ...more,
  };
};
const linked = (left_id: string, right_id: string, hour = 1, more: Partial<LinkStatement> = {}) =>
  said('linked', left_id, right_id, hour, more);
const unlinked = (left_id: string, right_id: string, hour = 1, more: Partial<LinkStatement> = {}) =>
  said('unlinked', left_id, right_id, hour, more);

const isCustomer = (id: string): boolean => /^c/i.test(id);

/** id -> person, of the ids that have another name than their own. */
function who(
  implicit: ImplicitLink[],
  statements: LinkStatement[] = [],
  identity_min_probability = 0.5,
): Record<string, string> {
  const members = joinPersons(implicit, statements, isCustomer, { identity_min_probability });
  return Object.fromEntries(members);
}

describe('a device', () => {
  test('belongs to the customer that it was seen with', () => {
    expect(who([both('a', 'c1', 1)])).toEqual({ a: 'c1' });
  });

  test('seen with several customers belongs to the first, by time and then by id, and does not join them', () => {
    expect(who([both('a', 'c1', 2), both('a', 'c2', 1)])).toEqual({ a: 'c2' });
    expect(who([both('a', 'c2', 1), both('a', 'c1', 1)])).toEqual({ a: 'c1' });
  });

  test('belongs with the devices that it is linked with, and they go where their group went first', () => {
    expect(who([both('a1', 'c1', 5), both('a2', 'c2', 3)], [linked('a1', 'a2', 9), linked('a2', 'a3', 9)])).toEqual({
      a1: 'c2',
      a2: 'c2',
      a3: 'c2',
    });
  });

  test('without any customer is named after the smallest of its group', () => {
    expect(who([], [linked('b', 'a2'), linked('b', 'a10')])).toEqual({ b: 'a10', a2: 'a10' });
  });

  test('can be given to a customer by a statement', () => {
    expect(who([], [linked('c1', 'a')])).toEqual({ a: 'c1' });
    expect(who([both('a', 'c1', 5)], [linked('c2', 'a', 4)])).toEqual({ a: 'c2' });
  });
});

describe('customers', () => {
  test('are joined by a statement about both, and by nothing else', () => {
    expect(who([], [linked('c2', 'c1')])).toEqual({ c2: 'c1' });
    expect(who([both('a', 'c1', 1), both('a', 'c2', 2)], [linked('a', 'c2')])).toEqual({ a: 'c1' });
    expect(who([both('c3', 'c1', 1)])).toEqual({});
  });

  test('bring their devices with them', () => {
    expect(who([both('a', 'c3', 1)], [linked('c3', 'c2'), linked('c2', 'c1')])).toEqual({
      a: 'c1',
      c3: 'c1',
      c2: 'c1',
    });
  });

  test('that are joined have the smallest name, by code units', () => {
    expect(who([], [linked('c2', 'c10'), linked('c2', 'C9')])).toEqual({ c2: 'C9', c10: 'C9' });
  });
});

describe('the latest statement about a pair', () => {
  test('holds, whichever way round it names the two', () => {
    expect(who([], [linked('c1', 'c2', 1), unlinked('c2', 'c1', 2)])).toEqual({});
    expect(who([], [unlinked('c1', 'c2', 1), linked('c2', 'c1', 2)])).toEqual({ c2: 'c1' });
  });

  test('at one instant is the one with the larger link_id', () => {
    expect(who([], [linked('c1', 'c2', 1, { link_id: 'x1' }), unlinked('c1', 'c2', 1, { link_id: 'x2' })])).toEqual({});
    expect(who([], [linked('c1', 'c2', 1, { link_id: 'x3' }), unlinked('c1', 'c2', 1, { link_id: 'x2' })])).toEqual({
      c2: 'c1',
    });
  });

  test('says nothing about other pairs', () => {
    expect(who([both('a', 'c1', 1), both('b', 'c1', 1)], [unlinked('a', 'c1', 2)])).toEqual({ b: 'c1' });
  });
});

describe('an unlink', () => {
  test('voids the records with both ids up to its own instant, and none after it', () => {
    expect(who([both('a', 'c1', 1, 2)], [unlinked('a', 'c1', 2)])).toEqual({});
    expect(who([both('a', 'c1', 1, 3)], [unlinked('a', 'c1', 2)])).toEqual({ a: 'c1' });
  });

  test('moves the beginning of the link to the first record after it', () => {
    // Without the unlink the device would be c1's since hour 1; now c2 was first.
    expect(who([both('a', 'c1', 1, 5, 9), both('a', 'c2', 4)], [unlinked('a', 'c1', 2)])).toEqual({ a: 'c2' });
    expect(who([both('a', 'c1', 1, 5, 9), both('a', 'c2', 6)], [unlinked('a', 'c1', 2)])).toEqual({ a: 'c1' });
  });

  test('that is taken back leaves everything as it was', () => {
    const before = who([both('a', 'c1', 1), both('a', 'c2', 3)]);
    expect(who([both('a', 'c1', 1), both('a', 'c2', 3)], [unlinked('a', 'c1', 4), linked('a', 'c1', 5)])).toEqual(
      before,
    );
  });
});

describe('a probability', () => {
  test('below what the brand asks for counts as never said', () => {
    expect(who([], [linked('c1', 'c2', 1, { probability: 0.49 })])).toEqual({});
    expect(who([], [linked('c1', 'c2', 1, { probability: 0.5 })])).toEqual({ c2: 'c1' });
    expect(who([], [linked('c1', 'c2', 1, { probability: 0.5 })], 0.51)).toEqual({});
  });

  test('that is too low does not stand in the way of an earlier statement', () => {
    expect(who([], [unlinked('c1', 'c2', 1), linked('c1', 'c2', 2, { probability: 0.1 })])).toEqual({});
    expect(who([], [linked('c1', 'c2', 1), linked('c1', 'c2', 2, { probability: 0.1 })])).toEqual({ c2: 'c1' });
  });

  test('matters for linking only: an unlink always counts', () => {
    expect(who([], [linked('c1', 'c2', 1), unlinked('c1', 'c2', 2, { probability: 0.1 })])).toEqual({});
  });
});

test('chains of a hundred thousand ids are joined without a stack overflow', () => {
  const chain = Array.from({ length: 100_000 }, (_, i) => linked(`a${i}`, `a${i + 1}`));
  const members = who([], chain);
  expect(Object.keys(members)).toHaveLength(100_000);
  expect(new Set(Object.values(members))).toEqual(new Set(['a0']));
});

/** An accepted proposal, or one that is taken back. */
const proposal = (state: 'linked' | 'unlinked', left: string, right: string, hour = 1, probability = 0.9) =>
  said(state, left, right, hour, {
    probabilistic: true,
    probability: state === 'linked' ? probability : null,
  });
const proposed = (left: string, right: string, hour = 1, probability = 0.9) =>
  proposal('linked', left, right, hour, probability);

describe('an accepted proposal', () => {
  test('joins two customers, or gives a device without a customer to one', () => {
    expect(who([], [proposed('c1', 'c2')])).toEqual({ c2: 'c1' });
    expect(who([], [proposed('a', 'c1')])).toEqual({ a: 'c1' });
    expect(who([], [proposed('a1', 'a2'), proposed('a2', 'c1', 2)])).toEqual({ a1: 'c1', a2: 'c1' });
  });

  test('never takes a device from the customer it is known by, as when an email is forwarded', () => {
    // The device opened the link of c2 before c1 logged in on it: the login is certain.
    expect(who([both('a', 'c1', 9)], [proposed('a', 'c2', 1)])).toEqual({ a: 'c1' });
    expect(who([both('a', 'c1', 9), both('b', 'c2', 1)], [proposed('a', 'b', 2)])).toEqual({ a: 'c1', b: 'c2' });
  });

  test('counts only from the probability that is asked for', () => {
    expect(who([], [proposed('c1', 'c2', 1, 0.9)], 0.95)).toEqual({});
    expect(who([], [proposed('c1', 'c2', 1, 0.9)], 1)).toEqual({});
  });

  test('falls with a later statement that the two are not one, and does not outweigh it', () => {
    expect(who([], [proposed('c1', 'c2', 1), unlinked('c2', 'c1', 2)])).toEqual({});
    expect(who([], [unlinked('c1', 'c2', 1), proposed('c1', 'c2', 2)])).toEqual({ c2: 'c1' });
  });

  test('that is taken back voids no certain link', () => {
    const back = proposal('unlinked', 'a', 'c1', 5);
    expect(who([both('a', 'c1', 1)], [proposed('a', 'c1', 2), back])).toEqual({ a: 'c1' });
    expect(who([], [linked('c1', 'c2', 1), proposal('unlinked', 'c1', 'c2', 5)])).toEqual({ c2: 'c1' });
  });
});

const id = fc.constantFrom('a1', 'a2', 'a3', 'c1', 'c2', 'c3');
const hour = fc.integer({ min: 0, max: 5 });
const implicits = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom('a1', 'a2', 'a3', 'c3'),
    fc.constantFrom('c1', 'c2', 'c3'),
    fc.array(hour, { minLength: 1, maxLength: 3 }),
  ),
  { selector: ([a, c]) => a + c, maxLength: 8 },
);
const links = fc.array(
  fc
    .record({
      left: id,
      right: id,
      at: hour,
      on: fc.boolean(),
      name: fc.constantFrom('x', 'y', 'z'),
      probability: fc.constantFrom(null, 0.3, 0.9),
    })
    .filter((l) => l.left !== l.right),
  { maxLength: 10 },
);

test('persons are the same in whatever order their links are told, and how often', () => {
  fc.assert(
    fc.property(implicits, links, fc.infiniteStream(fc.nat()), (pairs, told, random) => {
      const implicit = pairs.map(([a, c, hours]) => both(a, c, ...hours));
      // Two statements with one link_id are one statement; so ids are made unique by what they say.
      const statements = told.map(
        (l) =>
          ({
            ...linked(l.left, l.right, l.at),
            state: l.on ? 'linked' : 'unlinked',
            link_id: JSON.stringify(l),
            probability: l.probability,
          }) as LinkStatement,
      );
      const mixed = <T>(items: T[]): T[] =>
        [...items]
          .map((item) => [random.next().value, item] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, item]) => item);
      const expected = who(implicit, statements);
      expect(who(mixed(implicit), mixed([...statements, ...statements]))).toEqual(expected);
      expect(
        who(
          mixed(implicit),
          mixed(statements).map((s) => ({ ...s, left_id: s.right_id, right_id: s.left_id })),
        ),
      ).toEqual(expected);
      for (const [member, person] of Object.entries(expected))
        expect([member === person, person in expected]).toEqual([false, false]);
    }),
    { numRuns: 500 },
  );
});

test('proposals that are accepted and taken back leave every person as it was, whatever else is linked', () => {
  const pairs = fc.array(fc.tuple(id, id, hour), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(implicits, links, pairs, (seen, told, accepted) => {
      const implicit = seen.map(([a, c, hours]) => both(a, c, ...hours));
      const statements = told.map((l) =>
        said(l.on ? 'linked' : 'unlinked', l.left, l.right, l.at, { probability: l.probability }),
      );
      const chosen = accepted.filter(([left, right]) => left !== right);
      const merges = chosen.map(([left, right, at]) => proposed(left, right, at));
      const undone = chosen.map(([left, right, at]) => proposal('unlinked', left, right, at + 1));
      const later = chosen.map(([left, right, at]) => proposal('unlinked', right, left, Math.max(at, 5) + 1));
      const before = who(implicit, statements);
      expect(who(implicit, [...statements, ...merges, ...undone, ...later])).toEqual(before);
      // Whatever is proposed, a device with a customer stays with that customer's own device links.
      const after = who(implicit, [...statements, ...merges]);
      for (const [device, person] of Object.entries(before))
        if (/^a/.test(device) && isCustomer(person)) expect(after[device]).toBe(after[person] ?? person);
    }),
    { numRuns: 300 },
  );
});
