/** Compares the people of each wave with those who were not sent yet: orders and net revenue, after the send and before it. */
import type { CellPart } from '../../learning/stratified-difference.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import { type SendsAsked, waitOf } from './asked.ts';
import { SEND_ORDERS, SEND_OUTCOMES, SEND_UNITS, SEND_WAVES } from './relations.ts';

export const MEASURES = ['orders', 'net'] as const;
export type Measure = (typeof MEASURES)[number];

/** What is compared: the effect, or a control that has to be near zero. */
export const COMPARISONS = ['effect', 'orders_before', 'bounced', 'machine_only'] as const;
export type ComparisonName = (typeof COMPARISONS)[number];
export const CONTROLS = COMPARISONS.filter((name) => name !== 'effect');
export type Control = Exclude<ComparisonName, 'effect'>;

/** Exact sums of the people of one random group in one stratum of one wave, on one side. */
export interface Sums {
  blast_no: number;
  wave_no: number;
  stratum: number;
  is_treated: number;
  person_group: number;
  people: number;
  orders: number;
  net: bigint;
  before_orders: number;
  before_net: bigint;
  bounced_people: number;
  bounced_orders: number;
  bounced_net: bigint;
  machine_people: number;
  machine_orders: number;
  machine_net: bigint;
}

/** Which sums of those who were sent a comparison sets beside those of the others. */
const TREATED: Record<ComparisonName, { people: keyof Sums } & Record<Measure, keyof Sums>> = {
  effect: { people: 'people', orders: 'orders', net: 'net' },
  orders_before: { people: 'people', orders: 'before_orders', net: 'before_net' },
  bounced: { people: 'bounced_people', orders: 'bounced_orders', net: 'bounced_net' },
  machine_only: { people: 'machine_people', orders: 'machine_orders', net: 'machine_net' },
};

/** The parts of a comparison by one measure. Everyone else is the same in all comparisons of the time after the send. */
export function partsOf(sums: readonly Sums[], comparison: ComparisonName, measure: Measure): CellPart[] {
  const of_treated = TREATED[comparison];
  const of_others = comparison === 'orders_before' ? of_treated : TREATED.effect;
  return sums.map((own) => {
    const is_treated = own.is_treated === 1;
    const columns = is_treated ? of_treated : of_others;
    return {
      cell: `${own.blast_no}/${own.wave_no}/${own.stratum}`,
      is_treated,
      group: own.person_group,
      units: Number(own[columns.people]),
      sum: Number(own[columns[measure]]),
    };
  });
}

/** Strata: past orders (0, 1, more) and past clicks (0, 1 or 2, more), both from before the time of the control. */
const STRATUM = `3 * least(u.orders_before, 2) + case when u.clicks = 0 then 0 when u.clicks <= 2 then 1 else 2 end`;

/** Reads the sums of the waves in the relation of those that are over. Everything that reaches a double is an exact sum of integers. */
export async function readSums(snapshot: Snapshot, asked: SendsAsked, is_over: ReadonlySet<string>): Promise<Sums[]> {
  await makeOutcomes(snapshot, asked.window_ms);
  const open_until = `case when u.wave is null then u.sent_ms else v.at_ms end`;
  const was_sent = `(u.wave is null and u.sent_ms >= w.at_ms and u.sent_ms < w.until_ms) or (u.wave is not null and u.wave = w.wave)`;
  const of = (condition: string, value: string): string =>
    `case when is_treated = 1 and ${condition} = 1 then ${value} else 0 end`;
  const subset = (name: string, condition: string): string =>
    `int64(sum(${of(condition, '1')})) as ${name}_people, int64(sum(${of(condition, 'orders')})) as ${name}_orders,
     text128(sum128(case when is_treated = 1 and ${condition} = 1 then net else int128(0) end)) as ${name}_net`;
  const rows = await snapshot.query(
    `with placed as (
       select u.blast_no as blast_no, w.wave_no as wave_no, u.person as person, u.person_group as person_group, ${STRATUM} as stratum,
         u.bounced as bounced, u.machine_only as machine_only, ${open_until} as open_until, w.at_ms as at_ms,
         case when ${was_sent} then 1 else 0 end as is_treated
       from ${SEND_UNITS.name} u join ${SEND_WAVES.name} w on w.blast_no = u.blast_no
       left join ${SEND_WAVES.name} v on v.blast_no = u.blast_no and v.wave = u.wave
       where u.is_eligible = 1),
     compared as (
       select p.*, coalesce(o.orders, 0) as orders, coalesce(o.net, int128(0)) as net, coalesce(o.before_orders, 0) as before_orders,
         coalesce(o.before_net, int128(0)) as before_net
       from placed p left join ${SEND_OUTCOMES.name} o on o.blast_no = p.blast_no and o.wave_no = p.wave_no and o.person = p.person
       where p.is_treated = 1 or p.open_until is null or p.open_until >= p.at_ms + ${waitOf(asked)})
     select blast_no, wave_no, stratum, is_treated, person_group, int64(count(*)) as people, int64(sum(orders)) as orders,
       text128(sum128(net)) as net, int64(sum(before_orders)) as before_orders, text128(sum128(before_net)) as before_net,
       ${subset('bounced', 'bounced')}, ${subset('machine', 'machine_only')}
     from compared group by blast_no, wave_no, stratum, is_treated, person_group
     order by blast_no, wave_no, stratum, is_treated, person_group`,
  );
  return readAll(rows, SUMS).filter(({ blast_no, wave_no }) => is_over.has(waveKey(blast_no, wave_no)));
}

export const waveKey = (blast_no: number, wave_no: number): string => `${blast_no}/${wave_no}`;

const SUMS = {
  blast_no: 'number',
  wave_no: 'number',
  stratum: 'number',
  is_treated: 'number',
  person_group: 'number',
  people: 'number',
  orders: 'number',
  net: 'bigint',
  before_orders: 'number',
  before_net: 'bigint',
  bounced_people: 'number',
  bounced_orders: 'number',
  bounced_net: 'bigint',
  machine_people: 'number',
  machine_orders: 'number',
  machine_net: 'bigint',
} as const;

/** Makes `send_outcomes`: the window of a wave begins at the same time for everyone. */
async function makeOutcomes(snapshot: Snapshot, window_ms: number): Promise<void> {
  const sum = (condition: string): string => `sum128(case when ${condition} then o.net else int128(0) end)`;
  await materialise(
    snapshot,
    SEND_OUTCOMES,
    `select w.blast_no as blast_no, w.wave_no as wave_no, o.person as person,
       int64(count_where(o.at_ms >= w.at_ms)) as orders, ${sum('o.at_ms >= w.at_ms')} as net,
       int64(count_where(o.at_ms < w.at_ms)) as before_orders, ${sum('o.at_ms < w.at_ms')} as before_net
     from ${SEND_WAVES.name} w join ${SEND_ORDERS.name} o on o.brand_id = w.brand_id
     where o.at_ms >= w.at_ms - ${window_ms} and o.at_ms < w.at_ms + ${window_ms}
     group by w.blast_no, w.wave_no, o.person`,
  );
}
