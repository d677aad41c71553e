/** The groups of the value events of a report. */
import type { Plan } from '../attribution/plan.ts';
import { CONVERSION_TYPES, CUSTOMER_KINDS } from '../domain/conversion.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { NOT_CHOSEN } from './asked.ts';
import { type AskedOrders, type KeyedEvent, partsOfPolicy } from './asked-orders.ts';

export interface EventGrouping {
  /** The values of the group of a value event. */
  keysOf: (event: KeyedEvent) => ReadonlyArray<string | null>;
  /** True for value events that the report chooses; null if it chooses all. */
  chooses: ((event: KeyedEvent) => boolean) | null;
  /** True if one of them reads the day. */
  by_day: boolean;
}

/** Stands for all days where none is read. */
const ANY_DAY = 0;

/** The group of each value event by its keys. Events of one brand, type, set of segments, kind of customer and day, if days are read, are alike. */
export async function groupEvents(
  plan: Plan,
  orders: AskedOrders,
  { keysOf, chooses, by_day }: EventGrouping,
): Promise<{ event_group: Uint32Array; groups: Array<ReadonlyArray<string | null>> }> {
  const event_group = new Uint32Array(orders.event_starts[orders.orders]!);
  const groups: Array<ReadonlyArray<string | null>> = [];
  const by_values = new Map<string, number>();
  const groupOf = (event: KeyedEvent): number => {
    if (chooses !== null && !chooses(event)) return NOT_CHOSEN;
    const values = keysOf(event);
    const text = JSON.stringify(values);
    const group = by_values.get(text) ?? groups.push(values) - 1;
    by_values.set(text, group);
    return group;
  };
  const { segments, is_first } = orders;
  const policies = plan.brands.length * CONVERSION_TYPES.length;
  const alike = new Map<number, Map<number, number>>();
  const turns = new WorkTurns();
  for (let order = 0; order < orders.orders; order++) {
    if (turns.ends(1_024)) await turns.next();
    const policy = orders.policy[order]!;
    const set = segments === null ? 0 : segments.set[order]!;
    const kind = is_first === null ? 0 : 1 - is_first[order]!;
    const name = (set * CUSTOMER_KINDS.length + kind) * policies + policy;
    let days = alike.get(name);
    if (days === undefined) {
      days = new Map<number, number>();
      alike.set(name, days);
    }
    for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++) {
      const day_number = by_day ? orders.day_number[e]! : ANY_DAY;
      let group = days.get(day_number);
      if (group === undefined) {
        const { brand_no, conversion_type } = partsOfPolicy(policy);
        group = groupOf({
          brand_id: plan.brands[brand_no]!.brand_id,
          conversion_type,
          segment: segments === null ? null : segments.texts[set]!,
          segments_pass: segments === null ? null : segments.passes[set]!,
          customer_kind: is_first === null ? null : CUSTOMER_KINDS[kind]!,
          day_number,
        });
        days.set(day_number, group);
      }
      event_group[e] = group;
    }
  }
  return { event_group, groups };
}
