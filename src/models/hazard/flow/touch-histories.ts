/** Histories in which the touches of one channel take the place of orders, to learn what brings them. */
import { Random } from '../../../domain/random.ts';
import { MS_PER_DAY } from '../../../domain/time.ts';
import { type Histories, historiesOf, peopleOf } from '../histories.ts';

const MS_PER_WEEK = 7 * MS_PER_DAY;

/** The names of touches for a flow, by state of the fit. */
export interface FlowNames {
  /** The channel of each state. */
  readonly channels: readonly string[];
  /** The name by which the flow knows a touch of that state. All touches of a name belong to one channel. */
  readonly names: readonly string[];
}

/** As many people as have about `most_touches` touches, drawn from the seed. All people where there are not more touches. */
export function sampledPeople(histories: Histories, most_touches: number, seed: number): Histories {
  const people = peopleOf(histories);
  const touches = histories.touch_ms.length;
  if (touches <= most_touches) return histories;
  const all = Array.from({ length: people }, (_, person) => person);
  const wanted = Math.max(1, Math.floor((people * most_touches) / touches));
  const chosen = new Random(seed, 'flow people').sample(all, wanted).sort((a, b) => a - b);
  return historiesOf(histories, chosen);
}

/** The same people, with the touches of `channel` as orders and all other touches, under their names for a flow, as touches. */
export function asOutcome(histories: Histories, { channels, names }: FlowNames, channel: string): Histories {
  const states = [...new Set(names.filter((_, state) => channels[state] !== channel))];
  const code_of = names.map((name, state) => (channels[state] === channel ? -1 : states.indexOf(name)));
  const total = histories.touch_ms.length;
  const touch_ms = new Float64Array(total);
  const touch_state = new Uint16Array(total);
  const order_ms = new Float64Array(total);
  const touch_offsets = new Uint32Array(peopleOf(histories) + 1);
  const order_offsets = new Uint32Array(peopleOf(histories) + 1);
  let touches = 0;
  let orders = 0;
  for (let p = 0; p < peopleOf(histories); p++) {
    for (let i = histories.touch_offsets[p]!; i < histories.touch_offsets[p + 1]!; i++) {
      const code = code_of[histories.touch_state[i]!]!;
      if (code < 0) order_ms[orders++] = histories.touch_ms[i]!;
      else {
        touch_ms[touches] = histories.touch_ms[i]!;
        touch_state[touches++] = code;
      }
    }
    touch_offsets[p + 1] = touches;
    order_offsets[p + 1] = orders;
  }
  return {
    ...histories,
    states,
    touch_offsets,
    touch_ms: touch_ms.slice(0, touches),
    touch_state: touch_state.slice(0, touches),
    order_offsets,
    order_ms: order_ms.slice(0, orders),
    order_value: new Float64Array(orders),
  };
}

/**
 * The same, with each touch moved by a random number of whole weeks within the time that the person is known. This keeps all
 * habits of the week (an email each Tuesday, a visit each Wednesday) and breaks the link between a touch and what it brought.
 * A rise that is still found is a habit.
 */
export function withWeeksShuffled(histories: Histories, seed: number): Histories {
  const touch_ms = Float64Array.from(histories.touch_ms);
  const touch_state = Uint16Array.from(histories.touch_state);
  for (let p = 0; p < peopleOf(histories); p++) {
    const random = new Random(seed, 'flow weeks', p);
    const [from, to] = [histories.touch_offsets[p]!, histories.touch_offsets[p + 1]!];
    const moved: { at_ms: number; state: number }[] = [];
    for (let i = from; i < to; i++) {
      const at = histories.touch_ms[i]!;
      const before = Math.floor((at - histories.first_ms[p]!) / MS_PER_WEEK);
      const after = Math.floor(Math.max(0, histories.end_ms - 1 - at) / MS_PER_WEEK);
      const at_ms = at + otherWeek(before, after, random) * MS_PER_WEEK;
      moved.push({ at_ms, state: histories.touch_state[i]! });
    }
    moved.sort((a, b) => a.at_ms - b.at_ms || a.state - b.state);
    for (const [i, { at_ms, state }] of moved.entries()) {
      touch_ms[from + i] = at_ms;
      touch_state[from + i] = state;
    }
  }
  return { ...histories, touch_ms, touch_state };
}

/** A number of weeks from -before to after, not 0 where there is another one. */
function otherWeek(before: number, after: number, random: Random): number {
  const others = Math.max(0, before) + after;
  if (others === 0) return 0;
  const drawn = random.integer(0, others - 1) - Math.max(0, before);
  return drawn >= 0 ? drawn + 1 : drawn;
}
