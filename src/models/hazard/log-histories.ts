/** Histories from the log: everybody who was ever seen, with their touches, orders and segments. */

import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { type OrderRelations, PERSONS } from '../../attribution/relations.ts';
import { holds } from '../../histories/credit.ts';
import type { Histories as LogInMemory } from '../../histories/histories.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { makeFitPeople, makeMailedPeople, readFitPeople } from '../fit-people.ts';
import type { Naming } from '../grain.ts';
import { majorUnits, valueColumns } from '../order-value.ts';
import { readPeopleSubjects } from '../people-subjects.ts';
import { FIT_PEOPLE, MAILED } from '../relations.ts';
import type { Histories } from './histories.ts';
import { fillGaps, readTouchLog } from './touch-log.ts';
import { touchesInMemory } from './touches-in-memory.ts';
import { touchesInSql } from './touches-in-sql.ts';

/**
 * Reads the histories of a plan's brands, with the orders of its period.
 * @param in_memory the log in memory, if there is one; touchpoints are read from it if it holds what the plan asks for.
 * @throws unprocessable above a limit of a fit.
 */
export async function readLogHistories(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  naming: Naming | 'auto',
  in_memory: LogInMemory | null = null,
): Promise<{ histories: Histories; naming: Naming }> {
  const query = await makeOrdersAndEvents(snapshot, plan, directory);
  await makeMailedPeople(snapshot, plan);
  await makeFitPeople(snapshot, plan);
  const known = await readFitPeople(snapshot, plan);
  const people = known.first_ms.length;
  const source =
    in_memory !== null && holds(in_memory, { ...plan, models: [] }, [])
      ? touchesInMemory(in_memory, plan, known, await readPeopleSubjects(snapshot, in_memory, people))
      : await touchesInSql(snapshot, plan, query.times, people);
  const { naming: chosen, ...touches } = await readTouchLog(source, people, naming);
  const orders = await readOrders(snapshot, query, people);
  const segments = await readSegments(snapshot, plan, people);
  const start_ms = Math.min(...plan.brands.map((brand) => brand.start_ms));
  const end_ms = Math.max(...plan.brands.map((brand) => brand.end_ms));
  const histories = { ...touches, first_ms: known.first_ms, ...orders, ...segments };
  return { histories: { ...histories, ...observed(histories, start_ms, end_ms) }, naming: chosen };
}

/** The part of a period that has records. Time after the last record must not count as time without orders. */
function observed(
  { touch_ms, order_ms, first_ms }: Pick<Histories, 'touch_ms' | 'order_ms' | 'first_ms'>,
  start_ms: number,
  end_ms: number,
): { start_ms: number; end_ms: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const times of [touch_ms, order_ms, first_ms])
    for (const at of times) {
      if (at < low) low = at;
      if (at > high) high = at;
    }
  return {
    start_ms: Math.max(start_ms, Math.min(low, end_ms)),
    end_ms: Math.min(end_ms, Math.max(high + 1, start_ms)),
  };
}

async function readOrders(snapshot: Snapshot, { orders, events }: OrderRelations, people: number) {
  const order_offsets = new Uint32Array(people + 1);
  const order_ms: number[] = [];
  const order_value: number[] = [];
  await snapshot.columns(
    `select float64(p.person_no) as person_no, float64(o.at_ms) as order_ms, ${valueColumns('e.after_micros')}
     from ${orders.name} o join ${events.name} e on e.order_no = o.order_no join ${FIT_PEOPLE.name} p on p.person_key = o.person_key and p.brand_id = o.brand_id
     order by p.person_no, o.at_ms, o.conversion_id`,
    {},
    ({ rows, cells }) => {
      const [person_no, at, small] = cells as ReadonlyArray<readonly number[]>;
      const large = cells[3] as ReadonlyArray<string | null>;
      for (let i = 0; i < rows; i++) {
        order_offsets[person_no![i]!] = order_ms.push(at![i]!);
        order_value.push(majorUnits(small![i]!, large[i]!));
      }
    },
  );
  fillGaps(order_offsets);
  return { order_offsets, order_ms: Float64Array.from(order_ms), order_value: Float64Array.from(order_value) };
}

async function readSegments(snapshot: Snapshot, plan: Plan, people: number) {
  const rows = await snapshot.query(
    `select p.person_no as person_no, r.segment_name as segment, epoch_ms(r.assigned_at) as from_ms, epoch_ms(r.expires_at) as until_ms
     from customer_segments r join ${MAILED.name} m on m.brand_id = r.brand_id and m.id = r.customer_id
       left join ${PERSONS.name} q on q.subject_key = m.subject_key and q.brand_id = m.brand_id
       join ${FIT_PEOPLE.name} p on p.person_key = coalesce(q.person_key, m.subject_key) and p.brand_id = r.brand_id
     where ${atOrBefore('r', plan.positions.touchpoints)} order by p.person_no, r.segment_name, r.assigned_at, r.expires_at`,
  );
  const segments = [...new Set(rows.map((row) => row['segment'] as string))].sort();
  const codes = new Map(segments.map((segment, code) => [segment, code]));
  const segment_offsets = new Uint32Array(people + 1);
  rows.forEach((row, i) => {
    segment_offsets[Number(row['person_no'])] = i + 1;
  });
  fillGaps(segment_offsets);
  return {
    segments,
    segment_offsets,
    segment_code: Uint16Array.from(rows, (row) => codes.get(row['segment'] as string)!),
    segment_from_ms: Float64Array.from(rows, (row) => Number(row['from_ms'])),
    segment_until_ms: Float64Array.from(rows, (row) =>
      row['until_ms'] === null ? Number.POSITIVE_INFINITY : Number(row['until_ms']),
    ),
  };
}
