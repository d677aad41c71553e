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

/** The names of what is summed: after the send, before it, and of those who were sent and bounced or were touched by machines only. */
const SUBJECTS = ['after', 'before', 'bounced', 'machine'] as const;
type Subject = (typeof SUBJECTS)[number];
type Figure = Measure | `${Measure}_squares`;

/** Exact sums of the people of one random group in one stratum of one wave, on one side. */
export type Sums = {
  blast_no: number;
  wave_no: number;
  stratum: number;
  is_treated: number;
  person_group: number;
  people: number;
  bounced_people: number;
  machine_people: number;
} & { [name in `${Subject}_${Figure}`]: bigint };

/** Which sums of those who were sent a comparison sets beside those of the others. */
const TREATED: Record<ComparisonName, { people: 'people' | 'bounced_people' | 'machine_people'; of: Subject }> = {
  effect: { people: 'people', of: 'after' },
  orders_before: { people: 'people', of: 'before' },
  bounced: { people: 'bounced_people', of: 'bounced' },
  machine_only: { people: 'machine_people', of: 'machine' },
};

/** The parts of a comparison by one measure. Everyone else is the same in all comparisons of the time after the send. */
export function partsOf(sums: readonly Sums[], comparison: ComparisonName, measure: Measure): CellPart[] {
  const of_treated = TREATED[comparison];
  const of_others = comparison === 'orders_before' ? of_treated : TREATED.effect;
  return sums.map((own) => {
    const is_treated = own.is_treated === 1;
    const { people, of } = is_treated ? of_treated : of_others;
    return {
      cell: `${own.blast_no}/${own.wave_no}/${own.stratum}`,
      is_treated,
      group: own.person_group,
      units: own[people],
      sum: own[`${of}_${measure}`],
      squares: own[`${of}_${measure}_squares`],
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
  const summed = (subject: Subject, condition: string, prefix = ''): string =>
    MEASURES.flatMap((measure) => {
      const value = `int128(${prefix}${measure})`;
      const sum = (one: string): string => `text128(sum128(case when ${condition} then ${one} else int128(0) end))`;
      return [
        `${sum(value)} as ${subject}_${measure}`,
        `${sum(`${value} * ${value}`)} as ${subject}_${measure}_squares`,
      ];
    }).join(', ');
  const is_bounced = 'is_treated = 1 and bounced = 1';
  const is_machine = 'is_treated = 1 and machine_only = 1';
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
     select blast_no, wave_no, stratum, is_treated, person_group, int64(count(*)) as people,
       int64(count_where(${is_bounced})) as bounced_people, int64(count_where(${is_machine})) as machine_people,
       ${summed('after', '1 = 1')}, ${summed('before', '1 = 1', 'before_')},
       ${summed('bounced', is_bounced)}, ${summed('machine', is_machine)}
     from compared group by blast_no, wave_no, stratum, is_treated, person_group
     order by blast_no, wave_no, stratum, is_treated, person_group`,
  );
  const read = readAll(rows, SHAPE) as unknown as Sums[];
  return read.filter(({ blast_no, wave_no }) => is_over.has(waveKey(blast_no, wave_no)));
}

export const waveKey = (blast_no: number, wave_no: number): string => `${blast_no}/${wave_no}`;

const SHAPE: Readonly<Record<string, 'number' | 'bigint'>> = {
  ...Object.fromEntries(
    ['blast_no', 'wave_no', 'stratum', 'is_treated', 'person_group', 'people', 'bounced_people', 'machine_people'].map(
      (name) => [name, 'number'],
    ),
  ),
  ...Object.fromEntries(
    SUBJECTS.flatMap((subject) =>
      MEASURES.flatMap((measure) => [`${subject}_${measure}`, `${subject}_${measure}_squares`]),
    ).map((name) => [name, 'bigint']),
  ),
};

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
