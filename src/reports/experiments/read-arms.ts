/** Reads the arms of an experiment: people by their first assignment, and exact sums of what they did. docs/semantics.md 25. */
import type { Plan } from '../../attribution/plan.ts';
import { EVENTS, ORDERS, PERSONS } from '../../attribution/relations.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Design } from '../../domain/experiment.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import { exactMoments, type Moments } from '../../learning/moments.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { read, readAll } from '../../warehouse/read-row.ts';
import { materialise, numbered, type Relation } from '../../warehouse/relation.ts';
import { ORDER_VALUES, OUTCOMES, PEOPLE } from './relations.ts';

/** The measures of one person, in the order of {@link Moments}. */
export const MEASURES = ['converted', 'orders', 'gross', 'refunds', 'net', 'before'] as const;
export type Measure = (typeof MEASURES)[number];
export const placeOf = (measure: Measure): number => MEASURES.indexOf(measure);

export interface ArmFacts {
  arm: string;
  people: number;
  /** People who got the treatment of some arm. */
  exposed: number;
  /** People with ids in several arms. They count in the arm of their first assignment. */
  crossed: number;
  /** People with a refund of an order that counts. */
  refunded: number;
  /** The time that orders of these people counted so far, added up over people. */
  observed_ms: number;
  /** Orders that count and have no exchange rate. With any, no money of the arm is known: `gross`, `refunds` and `net` leave them out. */
  unpriced: number;
  /** The same of the orders before the assignment, and `before`. */
  unpriced_before: number;
  sums: Readonly<Record<Measure, bigint>>;
  moments: Moments;
}

const sumWhen = (condition: string, value: string): string =>
  `sum128(case when ${condition} then ${value} else int128(0) end)`;

/**
 * Makes the values of all orders of the plan, after `events` was made.
 * @param without_rate the orders without a rate, if there are any.
 */
export async function makeOrderValues(snapshot: Snapshot, without_rate: Relation | null): Promise<void> {
  const is_priced =
    without_rate === null
      ? 'int64(1)'
      : `int64(case when o.order_no in (select order_no from ${without_rate.name}) then 0 else 1 end)`;
  await materialise(
    snapshot,
    ORDER_VALUES,
    `select o.order_no as order_no, o.person_key as person_key, o.at_ms as at_ms, v.gross as gross, v.refunds as refunds, ${is_priced} as is_priced
     from ${ORDERS.name} o join (
       select order_no, ${sumWhen(`event = 'order'`, 'after_micros - before_micros')} as gross, ${sumWhen(`event <> 'order'`, 'before_micros - after_micros')} as refunds
       from ${EVENTS.name} group by order_no) v on v.order_no = o.order_no`,
  );
}

/**
 * Reads the arms of one experiment. Everything that reaches a double is an exact sum of integers, so the order of rows does not
 * matter.
 * @param no distinguishes the tables of several experiments.
 * @param known_ms until when orders are known.
 * @throws too_large when the values are so large that their squares do not fit.
 */
export async function readArms(
  snapshot: Snapshot,
  plan: Plan,
  design: Design,
  no: number,
  known_ms: number = design.end_ms,
): Promise<ArmFacts[]> {
  const people = numbered(PEOPLE, no);
  await materialise(snapshot, people, peopleOf(plan, design), {
    brand_id: design.brand_id,
    experiment_id: design.experiment_id,
  });
  const outcomes = numbered(OUTCOMES, no);
  await materialise(snapshot, outcomes, outcomesOf(design, known_ms, people.name));
  await checkSize(snapshot, outcomes.name);
  const pairs = MEASURES.flatMap((a, i) => MEASURES.slice(i).map((b) => [a, b] as const));
  const rows = await snapshot.query(
    `select arm, count(*) as people, sum(exposed) as exposed, sum(crossed) as crossed, count_where(refunds <> int128(0)) as refunded, text128(sum128(observed_ms)) as observed_ms,
       sum(unpriced) as unpriced, sum(unpriced_before) as unpriced_before,
       ${MEASURES.map((name) => `text128(sum128(${name})) as ${name}`).join(', ')},
       ${pairs.map(([a, b]) => `text128(sum128(int128(${a}) * int128(${b}))) as ${a}_${b}`).join(', ')}
     from ${outcomes.name} group by arm order by arm`,
  );
  const found = new Map(readAll(rows, shapeOf(pairs)).map((row) => [row['arm'] as string, row]));
  return design.arms.map(({ name }) => {
    const row = found.get(name);
    const number = (column: string): number => Number(row?.[column] ?? 0);
    const exact = (column: string): bigint => BigInt((row?.[column] as bigint | undefined) ?? 0n);
    const product = (a: Measure, b: Measure): bigint => exact(placeOf(a) <= placeOf(b) ? `${a}_${b}` : `${b}_${a}`);
    const sums = MEASURES.map(exact);
    return {
      arm: name,
      people: number('people'),
      exposed: number('exposed'),
      crossed: number('crossed'),
      refunded: number('refunded'),
      observed_ms: number('observed_ms'),
      unpriced: number('unpriced'),
      unpriced_before: number('unpriced_before'),
      sums: Object.fromEntries(MEASURES.map((measure, i) => [measure, sums[i]!])) as ArmFacts['sums'],
      moments: exactMoments(
        number('people'),
        sums,
        MEASURES.map((a) => MEASURES.map((b) => product(a, b))),
      ),
    };
  });
}

/** People of the assignments of a plan who were put into an arm that it does not have. Run {@link readArms} before it. */
export async function countStrays(snapshot: Snapshot, { arms }: Design, no: number): Promise<number> {
  const [row] = await snapshot.query(
    `select count(*) as people from ${numbered(PEOPLE, no).name} where ${arms.map((_, i) => `arm <> $arm_${i}`).join(' and ')}`,
    Object.fromEntries(arms.map(({ name }, i) => [`arm_${i}`, name])),
  );
  return read(row, { people: 'number' }).people;
}

const shapeOf = (pairs: ReadonlyArray<readonly [string, string]>): Record<string, 'text' | 'number' | 'bigint'> => ({
  arm: 'text',
  people: 'number',
  exposed: 'number',
  crossed: 'number',
  refunded: 'number',
  observed_ms: 'bigint',
  unpriced: 'number',
  unpriced_before: 'number',
  ...Object.fromEntries(MEASURES.map((name) => [name, 'bigint'])),
  ...Object.fromEntries(pairs.map(([a, b]) => [`${a}_${b}`, 'bigint'])),
});

/**
 * SQL for people by their first assignment: by instant, then by id. What the log received after the first exposure of the person comes
 * after all others, so that nobody moves to another arm once they were treated.
 */
function peopleOf({ positions }: Plan, { start_ms, end_ms }: Design): string {
  const position = positions.conversions;
  const person = (alias: string): string => `coalesce(p.person_key, ${alias}.subject_key)`;
  const joined = (alias: string): string =>
    `left join ${PERSONS.name} p on p.subject_key = ${alias}.subject_key and p.brand_id = ${alias}.brand_id`;
  const own = (alias: string): string =>
    `${alias}.brand_id = $brand_id and ${alias}.experiment_id = $experiment_id and ${atOrBefore(alias, position)}`;
  return `with own as (
      select ${person('a')} as person_key, a.arm as arm, epoch_ms(a.occurred_at) as at_ms, a.assignment_id as id,
        epoch_ms(a.received_at) as received_ms
      from assignments a ${joined('a')} where ${own('a')}),
    treated as (
      select ${person('x')} as person_key, int64(1) as exposed, min(epoch_ms(x.received_at)) as treated_ms
      from exposures x ${joined('x')} where ${own('x')} group by ${person('x')}),
    timely as (
      select o.person_key as person_key, o.arm as arm, o.at_ms as at_ms, o.id as id, int64(coalesce(t.exposed, 0)) as exposed,
        int64(case when coalesce(t.exposed, 0) = 1 and o.received_ms > t.treated_ms then 1 else 0 end) as is_later
      from own o left join treated t on t.person_key = o.person_key where o.at_ms >= ${start_ms} and o.at_ms < ${end_ms}),
    ranked as (
      select person_key, arm, at_ms, exposed, row_number() over (partition by person_key order by is_later, at_ms, id) as place,
        min(arm) over (partition by person_key) as least_arm, max(arm) over (partition by person_key) as last_arm
      from timely)
    select r.person_key as person_key, r.arm as arm, r.at_ms as at_ms, int64(case when r.least_arm = r.last_arm then 0 else 1 end) as crossed,
      r.exposed as exposed
    from ranked r where r.place = 1`;
}

/** SQL for the end of the time in which orders of a person `p` count. */
export function untilSql({ end_ms, window_days }: Design): string {
  return window_days === null ? `${end_ms}` : `least(${end_ms}, p.at_ms + ${window_days * MS_PER_DAY})`;
}

/**
 * SQL for what each person did: orders from the assignment on, and the revenue of the days before it. Of that, refunds after the assignment
 * are no part: they may follow from the treatment, and then they must not explain away what it did.
 */
function outcomesOf(design: Design, known_ms: number, people: string): string {
  const { before_days } = design;
  const until = untilSql(design);
  return `with done as (
      select p.person_key as person_key, int64(count(*)) as orders, sum128(o.gross) as gross, sum128(o.refunds) as refunds,
        int64(count_where(o.is_priced = 0)) as unpriced
      from ${people} p join ${ORDER_VALUES.name} o on o.person_key = p.person_key
      where o.at_ms >= p.at_ms and o.at_ms < ${until} group by p.person_key),
    earlier as (
      select p.person_key as person_key, sum128(v.after_micros - v.before_micros) as before,
        int64(count_where(o.is_priced = 0 and v.event = 'order')) as unpriced
      from ${people} p join ${ORDER_VALUES.name} o on o.person_key = p.person_key join ${EVENTS.name} v on v.order_no = o.order_no
      where o.at_ms >= p.at_ms - ${before_days * MS_PER_DAY} and o.at_ms < p.at_ms and v.at_ms < p.at_ms group by p.person_key)
    select p.person_key as person_key, p.arm as arm, p.crossed as crossed, p.exposed as exposed,
      int64(greatest(0, least(${known_ms}, ${until}) - p.at_ms)) as observed_ms,
      int64(case when coalesce(d.orders, 0) > 0 then 1 else 0 end) as converted, int64(coalesce(d.orders, 0)) as orders,
      coalesce(d.gross, int128(0)) as gross, coalesce(d.refunds, int128(0)) as refunds,
      coalesce(d.gross, int128(0)) - coalesce(d.refunds, int128(0)) as net, coalesce(e.before, int128(0)) as before,
      int64(coalesce(d.unpriced, 0)) as unpriced, int64(coalesce(e.unpriced, 0)) as unpriced_before
    from ${people} p left join done d on d.person_key = p.person_key left join earlier e on e.person_key = p.person_key`;
}

/** The squares of so many micros of so many people must fit 127 bits. ClickHouse would go on with other numbers, and DuckDB stop. */
async function checkSize(snapshot: Snapshot, outcomes: string): Promise<void> {
  const largest = ['gross', 'refunds', 'before'].flatMap((name) => [`max(${name})`, `-min(${name})`]);
  const [row] = await snapshot.query(
    `select count(*) as people, ${largest.map((value, i) => `text128(coalesce(${value}, int128(0))) as m${i}`).join(', ')} from ${outcomes}`,
  );
  const { people, ...most } = read(row, {
    people: 'number',
    ...(Object.fromEntries(largest.map((_, i) => [`m${i}`, 'bigint'])) as Record<string, 'bigint'>),
  }) as { people: number } & Record<string, bigint>;
  let value = 0n;
  for (const one of Object.values(most)) if (one > value) value = one;
  // Net revenue is at most gross and refunds together.
  if (BigInt(people) * (2n * value) ** 2n >= 2n ** 127n)
    throw new TributaryError(
      'too_large',
      `a person of this experiment has orders or refunds of ${value / BigInt(MICROS_PER_UNIT)}, too much to be squared and added up exactly; look for an order with a wrong amount`,
    );
}

/** The last instant at which the log received a record that the answer reads. Until then, orders are known. */
export async function knownUntil(snapshot: Snapshot, plan: Plan, brand_id: string): Promise<number> {
  const parts = ['experiments', 'assignments', 'conversions', 'touchpoints'].map(
    (table) =>
      `select max(epoch_ms(r.received_at)) as at_ms from ${table} r where r.brand_id = $brand_id and ${atOrBefore('r', plan.positions.conversions)}`,
  );
  const [row] = await snapshot.query(`select max(at_ms) as at_ms from (${parts.join(' union all ')}) received`, {
    brand_id,
  });
  return read(row, { at_ms: 'number?' }).at_ms ?? 0;
}
