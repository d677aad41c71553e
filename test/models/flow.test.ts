/** Credit that flows back: what moves within a path, what never changes, and what is and is not taken for a flow. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MS_PER_DAY, MS_PER_MINUTE } from '../../src/domain/time.ts';
import { faultOfContent } from '../../src/models/artifacts/faults.ts';
import { creditWithFlow } from '../../src/models/hazard/flow/credit.ts';
import { fitFlow } from '../../src/models/hazard/flow/fit-flow.ts';
import type { Flow } from '../../src/models/hazard/flow/flow.ts';
import type { Histories } from '../../src/models/hazard/histories.ts';
import { calendarWorld } from './calendar-world.ts';
import { FLOWING } from './flow-content.ts';

const EMAIL = 0;
const SEARCH = 1;
const days = (...all: number[]): number[] => all.map((day) => day * MS_PER_DAY);

describe('the credit of a path', () => {
  test('moves half of the part that the email brought: twice the usual rate is one half brought', () => {
    const credit = creditWithFlow(FLOWING, { codes: [EMAIL, SEARCH], ages_ms: days(3, 2) });
    expect([...credit.own_weights]).toEqual([0, 1]);
    expect(credit.weights[EMAIL]).toBeCloseTo(0.25, 12);
    expect(credit.weights[SEARCH]).toBeCloseTo(0.75, 12);
    expect(credit.incremental[EMAIL]).toBeCloseTo(0.25 * credit.fraction, 12);
  });

  test('goes to the newer of two emails by twice as much for each day between them', () => {
    const { weights } = creditWithFlow(FLOWING, { codes: [EMAIL, EMAIL, SEARCH], ages_ms: days(4, 3, 2) });
    // Effects of ln 4 after two days and one day: a quarter and a half of it, and 1 - 4^-0.75 is brought.
    const moved = (1 - 4 ** -0.75) / 2;
    expect([...weights]).toEqual([moved / 3, (2 * moved) / 3, 1 - moved].map((part) => expect.closeTo(part, 12)));
  });

  test.each<[string, number[], number[]]>([
    ['no email lies before the search', [SEARCH, EMAIL], days(2, 1)],
    ['the email is older than a flow lasts', [EMAIL, SEARCH], days(10, 2)],
    ['both come at one instant', [EMAIL, SEARCH], days(2, 2)],
    ['the email is of the same visit', [EMAIL, SEARCH], [2 * MS_PER_DAY + MS_PER_MINUTE, 2 * MS_PER_DAY]],
    ['the other touch is unknown to the fit', [17, SEARCH], days(3, 2)],
  ])('does not move where %s', (_, codes, ages_ms) => {
    const { weights, own_weights, moves } = creditWithFlow(FLOWING, { codes, ages_ms });
    expect(weights).toEqual(own_weights);
    expect(moves).toEqual([]);
  });

  test('adds up to the same as before, and no touch loses more than half or is below 0', () => {
    const path = fc.array(
      fc.tuple(fc.integer({ min: -1, max: 2 }), fc.double({ min: 0, max: 40 * MS_PER_DAY, noNaN: true })),
      { maxLength: 12 },
    );
    const effect = fc.double({ min: -3, max: 8, noNaN: true });
    const proven = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(path, fc.tuple(effect, effect), fc.tuple(proven, proven), (touches, [one, other], [there, back]) => {
        const flow: Flow = {
          ...FLOWING.flow!,
          into: [
            { channel: SEARCH, effects: [[one, 0]], proven: [there, 0] },
            { channel: EMAIL, effects: [[0, other]], proven: [0, back] },
          ],
        };
        const oldest_first = touches.toSorted((a, b) => b[1] - a[1]);
        const codes = oldest_first.map(([code]) => code);
        const ages_ms = oldest_first.map(([, age]) => age);
        const credit = creditWithFlow({ ...FLOWING, flow }, { codes, ages_ms });
        const sum = (all: Float64Array): number => all.reduce((total, part) => total + part, 0);
        expect(sum(credit.weights)).toBeCloseTo(sum(credit.own_weights), 12);
        expect(sum(credit.incremental)).toBeCloseTo(credit.fraction, 12);
        credit.weights.forEach((weight, i) => {
          expect(weight).toBeGreaterThanOrEqual(credit.own_weights[i]! * 0.499_999);
        });
      }),
    );
  });
});

describe('an artifact', () => {
  const content = (flow: unknown): unknown => ({ ...FLOWING, flow });

  test('with a flow is read back as it was, and one from before flows moves nothing', () => {
    expect(faultOfContent('algorithmic', FLOWING)).toBeUndefined();
    const read = JSON.parse(JSON.stringify(FLOWING)) as typeof FLOWING;
    const path = { codes: [EMAIL, SEARCH], ages_ms: days(3, 2) };
    expect(creditWithFlow(read, path)).toEqual(creditWithFlow(FLOWING, path));
    const { flow: _, ...older } = read;
    expect(faultOfContent('algorithmic', older)).toBeUndefined();
    expect([...creditWithFlow(older, path).weights]).toEqual([0, 1]);
  });

  test.each<[string, (flow: Flow) => unknown, RegExp]>([
    ['of another version', (flow) => ({ ...flow, version: 2 }), /version of its flow is 2, and this program reads/],
    ['no object', () => null, /flow is not an object/],
    ['without a guard', ({ guard_ms: _, ...flow }) => flow, /guard or the greatest age of its flow/],
    ['with a channel too few', (flow) => ({ ...flow, channel_of: [0] }), /one channel per state/],
    ['with half-lives of 0', (flow) => ({ ...flow, half_lives_days: [0] }), /half-lives of its flow/],
    ['with effects left out', (flow) => ({ ...flow, into: [{ ...flow.into[0], effects: [] }] }), /not complete/],
    ['that moves twice of all', (flow) => ({ ...flow, into: [{ ...flow.into[0], proven: [2, 0] }] }), /not complete/],
  ])('with a flow %s is refused with the reason', (_, damage, fault) => {
    expect(faultOfContent('algorithmic', content(damage(FLOWING.flow!)))).toMatch(fault);
  });
});

describe('an email each Tuesday and a visit each Wednesday', () => {
  const flowOf = (histories: Histories) =>
    fitFlow(histories, { channels: histories.states, names: histories.states }, { seed: 1, guard_ms: 1_800_000 });

  // Other calendars and seeds: flow.deep.test.ts.
  test('are no flow, though only people with the habit get the emails', () => {
    const world = calendarWorld({ seed: 1, people: 1_500, seen: 0.9, to_all: false, brings: 0 });
    expect(flowOf(world)).toEqual({ flow: null, found: [] });
  });

  test('are a flow as far as the emails bring visits', () => {
    const { flow, found } = flowOf(calendarWorld({ seed: 1, people: 1_500, seen: 0.35, to_all: true, brings: 0.3 }));
    // An email brings 0.105 visits in a week; without emails there would be 0.21, and 0.5 more for every second person.
    expect(found).toMatchObject([{ from: 'email', into: 'visit', share: expect.closeTo(0.105 / 0.565, 1) }]);
    expect(flow!.into).toMatchObject([{ channel: 1, proven: [expect.closeTo(1, 1), 0] }]);
  });
});
