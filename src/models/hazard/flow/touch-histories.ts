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
 * The same, with all touches of a person moved by one random number of whole weeks, in a circle within the whole weeks that the
 * person is known. This keeps all habits of the week (an email each Tuesday, a visit each Wednesday) and breaks the link between
 * a touch and what it brought. A rise that is still found is a habit. Somebody known for less than two weeks stays as they are.
 */
export function withWeeksTurned(histories: Histories, seed: number): Histories {
  const touch_ms = Float64Array.from(histories.touch_ms);
  const touch_state = Uint16Array.from(histories.touch_state);
  for (let p = 0; p < peopleOf(histories); p++) {
    const since_ms = histories.first_ms[p]!;
    const weeks = Math.floor((histories.end_ms - since_ms) / MS_PER_WEEK);
    if (weeks < 2) continue;
    const by_ms = new Random(seed, 'flow weeks', p).integer(1, weeks - 1) * MS_PER_WEEK;
    const [from, to] = [histories.touch_offsets[p]!, histories.touch_offsets[p + 1]!];
    const moved = Array.from(histories.touch_ms.subarray(from, to), (at, i) => {
      const age_ms = at - since_ms;
      const inside = age_ms >= 0 && age_ms < weeks * MS_PER_WEEK;
      const at_ms = inside ? since_ms + ((age_ms + by_ms) % (weeks * MS_PER_WEEK)) : at;
      return { at_ms, state: histories.touch_state[from + i]! };
    });
    moved.sort((a, b) => a.at_ms - b.at_ms || a.state - b.state);
    for (const [i, { at_ms, state }] of moved.entries()) {
      touch_ms[from + i] = at_ms;
      touch_state[from + i] = state;
    }
  }
  return { ...histories, touch_ms, touch_state };
}
