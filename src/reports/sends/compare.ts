/** Compares the people of each wave with those who were not sent yet: orders and net revenue, after the send and before it. */
import type { Cell, Side as CellSide } from '../../learning/stratified-difference.ts';
import type { Columns, Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import { type SendsAsked, waitOf } from './asked.ts';
import { SEND_BUYERS, SEND_ORDERS, SEND_OUTCOMES, SEND_UNITS, SEND_WAVES } from './relations.ts';

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
const FIGURES = SUBJECTS.flatMap((subject) => MEASURES.map((measure) => `${subject}_${measure}` as const));
export type Figure = (typeof FIGURES)[number];
const PEOPLE = ['people', 'bounced_people', 'machine_people'] as const;
export type People = (typeof PEOPLE)[number];

/** One side of one stratum of one wave. Its people are in random groups; the lists have a place for each of these. */
export interface Side {
  blast_no: number;
  wave_no: number;
  stratum: number;
  is_treated: boolean;
  /** The numbers of the groups, ascending. */
  groups: number[];
  people: Record<People, number[]>;
  /** The sums of groups; a figure of which all are 0 has no list. */
  sums: Partial<Record<Figure, Float64Array>>;
  /** The exact sums over all groups; none where nobody ordered. */
  totals: Partial<Record<Figure | `${Figure}_squares`, bigint>>;
}

/** Which figures of those who were sent a comparison sets beside those of the others. */
const TREATED: Record<ComparisonName, { people: People; of: Subject }> = {
  effect: { people: 'people', of: 'after' },
  orders_before: { people: 'people', of: 'before' },
  bounced: { people: 'bounced_people', of: 'bounced' },
  machine_only: { people: 'machine_people', of: 'machine' },
};

export interface WaveCell extends Cell {
  blast_no: number;
  wave_no: number;
}

/**
 * The cells of a comparison by one measure. Everyone else is the same in all comparisons of the time after the send.
 * @param sides by blast, wave, stratum and side, the others first.
 */
export function cellsOf(sides: readonly Side[], comparison: ComparisonName, measure: Measure): WaveCell[] {
  const of_treated = TREATED[comparison];
  const of_others = comparison === 'orders_before' ? of_treated : TREATED.effect;
  const cells: WaveCell[] = [];
  for (const [i, side] of sides.entries()) {
    const { blast_no, wave_no, stratum, is_treated } = side;
    const { people, of } = is_treated ? of_treated : of_others;
    const own = sideOf(side, people, `${of}_${measure}`);
    const last = sides[i - 1];
    const is_same = last?.blast_no === blast_no && last.wave_no === wave_no && last.stratum === stratum;
    if (is_same) cells.at(-1)!.treated = own;
    else
      cells.push({
        blast_no,
        wave_no,
        ...(is_treated ? { other: NOBODY, treated: own } : { other: own, treated: NOBODY }),
      });
  }
  return cells;
}

/** Groups are numbered by a byte. */
const NOTHING = new Float64Array(256);
const NOBODY: CellSide = { units: 0, sum: 0n, squares: 0n, groups: [], group_units: [], group_sums: [] };

function sideOf({ groups, people, sums, totals }: Side, counted: People, figure: Figure): CellSide {
  const group_units = people[counted];
  return {
    units: group_units.reduce((all, own) => all + own, 0),
    sum: totals[figure] ?? 0n,
    squares: totals[`${figure}_squares`] ?? 0n,
    groups,
    group_units,
    group_sums: sums[figure] ?? NOTHING,
  };
}

/** Strata: past orders (0, 1, more) and past clicks (0, 1 or 2, more), both from before the time of the control. */
const STRATUM = `3 * least(u.orders_before, 2) + case when u.clicks = 0 then 0 when u.clicks <= 2 then 1 else 2 end`;

/** SQL for who is compared in each wave, on which side. */
function comparedSql(asked: SendsAsked): string {
  const open_until = `case when u.wave is null then u.sent_ms else v.at_ms end`;
  const was_sent = `(u.wave is null and u.sent_ms >= w.at_ms and u.sent_ms < w.until_ms) or (u.wave is not null and u.wave = w.wave)`;
  return `select p.* from (
      select u.blast_no as blast_no, w.wave_no as wave_no, u.person_no as person_no, u.person_group as person_group, ${STRATUM} as stratum,
        u.bounced as bounced, u.machine_only as machine_only, ${open_until} as open_until, w.at_ms as at_ms,
        case when ${was_sent} then 1 else 0 end as is_treated
      from ${SEND_UNITS.name} u join ${SEND_WAVES.name} w on w.blast_no = u.blast_no
      left join ${SEND_WAVES.name} v on v.blast_no = u.blast_no and v.wave = u.wave
      where u.is_eligible = 1) p
    where p.is_treated = 1 or p.open_until is null or p.open_until >= p.at_ms + ${waitOf(asked)}`;
}

const OF_SIDE = 'blast_no, wave_no, stratum, is_treated';

/**
 * Reads the sides of the waves that are over, by blast, wave, stratum and side. Everything that reaches a double is an exact sum of
 * integers. Few people order within a window, so their figures are made by themselves, and everybody is only counted.
 */
export async function readSides(snapshot: Snapshot, asked: SendsAsked, is_over: ReadonlySet<string>): Promise<Side[]> {
  const compared = comparedSql(asked);
  const sides = await readPeople(snapshot, compared);
  await makeOutcomes(snapshot, asked.window_ms);
  await materialise(
    snapshot,
    SEND_BUYERS,
    `select c.blast_no as blast_no, c.wave_no as wave_no, c.person_no as person_no, c.person_group as person_group, c.stratum as stratum, c.is_treated as is_treated,
       c.bounced as bounced, c.machine_only as machine_only, o.orders as orders, o.net as net, o.before_orders as before_orders, o.before_net as before_net
     from (${compared}) c join ${SEND_OUTCOMES.name} o on o.blast_no = c.blast_no and o.wave_no = c.wave_no and o.person_no = c.person_no`,
  );
  await addSums(snapshot, sides);
  await addTotals(snapshot, sides);
  return [...sides.values()].filter(({ blast_no, wave_no }) => is_over.has(waveKey(blast_no, wave_no)));
}

type Sides = Map<string, Side>;
const sideKey = (blast_no: number, wave_no: number, stratum: number, is_treated: number): string =>
  `${blast_no}/${wave_no}/${stratum}/${is_treated}`;

async function readPeople(snapshot: Snapshot, compared: string): Promise<Sides> {
  const sides: Sides = new Map();
  const where = (name: string): string => `count_where(is_treated = 1 and ${name} = 1)`;
  const counts = `count(*) as people, ${where('bounced')} as bounced_people, ${where('machine_only')} as machine_people`;
  // Doubles are read without a value for each cell.
  const columns = [...`${OF_SIDE}, person_group`.split(', '), ...PEOPLE].map((name) => `float64(${name})`);
  let side: Side | undefined;
  await snapshot.columns(
    `select ${columns.join(', ')} from (
       select ${OF_SIDE}, person_group, ${counts} from (${compared}) compared group by ${OF_SIDE}, person_group) counted
     order by ${OF_SIDE}, person_group`,
    {},
    ({ rows, cells }) => {
      const [blasts, waves, strata, treated, groups, people, bounced, machine] = cells as Lists;
      for (let row = 0; row < rows; row++) {
        const [blast_no, wave_no, stratum] = [Number(blasts[row]), Number(waves[row]), Number(strata[row])];
        const is_treated = Number(treated[row]) === 1;
        if (side === undefined || !isOf(side, { blast_no, wave_no, stratum, is_treated })) {
          side = emptySide({ blast_no, wave_no, stratum, is_treated });
          sides.set(sideKey(blast_no, wave_no, stratum, Number(is_treated)), side);
        }
        side.groups.push(Number(groups[row]));
        side.people.people.push(Number(people[row]));
        side.people.bounced_people.push(Number(bounced[row]));
        side.people.machine_people.push(Number(machine[row]));
      }
    },
  );
  return sides;
}

type List = Columns['cells'][number];
type Lists = readonly [List, List, List, List, List, List, List, List];
type SideName = Pick<Side, 'blast_no' | 'wave_no' | 'stratum' | 'is_treated'>;

const isOf = (side: Side, name: SideName): boolean =>
  side.blast_no === name.blast_no &&
  side.wave_no === name.wave_no &&
  side.stratum === name.stratum &&
  side.is_treated === name.is_treated;

const emptySide = (name: SideName): Side => ({
  ...{ ...name, groups: [], people: { people: [], bounced_people: [], machine_people: [] }, sums: {}, totals: {} },
});

/** SQL for a figure of those who ordered around a wave. */
function measured(subject: Subject, measure: Measure): string {
  const value = `int128(${subject === 'before' ? 'before_' : ''}${measure})`;
  if (subject === 'after' || subject === 'before') return value;
  const is_own = subject === 'bounced' ? 'bounced = 1' : 'machine_only = 1';
  return `case when is_treated = 1 and ${is_own} then ${value} else int128(0) end`;
}

const eachFigure = (sql: (value: string, name: Figure) => string): string =>
  SUBJECTS.flatMap((subject) =>
    MEASURES.map((measure) => sql(measured(subject, measure), `${subject}_${measure}`)),
  ).join(', ');

async function addSums(snapshot: Snapshot, sides: Sides): Promise<void> {
  await snapshot.columns(
    `select ${OF_SIDE}, person_group, ${eachFigure((value, name) => `text128(sum128(${value})) as ${name}`)}
     from ${SEND_BUYERS.name} group by ${OF_SIDE}, person_group order by ${OF_SIDE}, person_group`,
    {},
    ({ rows, cells }) => {
      for (let row = 0; row < rows; row++) {
        const [blast_no, wave_no, stratum, is_treated, group, ...values] = cells.map((column) => Number(column[row]));
        const { groups, sums } = sides.get(sideKey(blast_no!, wave_no!, stratum!, is_treated!))!;
        const place = groups.indexOf(group!);
        for (const [i, name] of FIGURES.entries()) {
          if (values[i] === 0) continue;
          sums[name] ??= new Float64Array(groups.length);
          sums[name][place] = values[i]!;
        }
      }
    },
  );
}

async function addTotals(snapshot: Snapshot, sides: Sides): Promise<void> {
  const rows = await snapshot.query(
    `select ${OF_SIDE}, ${eachFigure((value, name) => `text128(sum128(${value})) as ${name}, text128(sum128((${value}) * (${value}))) as ${name}_squares`)}
     from ${SEND_BUYERS.name} group by ${OF_SIDE}`,
  );
  for (const { blast_no, wave_no, stratum, is_treated, ...totals } of readAll(rows, TOTALS_SHAPE) as Totals[])
    sides.get(sideKey(blast_no, wave_no, stratum, is_treated))!.totals = totals;
}

export const waveKey = (blast_no: number, wave_no: number): string => `${blast_no}/${wave_no}`;

type Totals = { blast_no: number; wave_no: number; stratum: number; is_treated: number } & Record<
  Figure | `${Figure}_squares`,
  bigint
>;
const TOTALS_SHAPE: Readonly<Record<string, 'number' | 'bigint'>> = {
  ...{ blast_no: 'number', wave_no: 'number', stratum: 'number', is_treated: 'number' },
  ...Object.fromEntries(FIGURES.flatMap((name) => [name, `${name}_squares`]).map((name) => [name, 'bigint'])),
};

/** Makes `send_outcomes`: the window of a wave begins at the same time for everyone. */
async function makeOutcomes(snapshot: Snapshot, window_ms: number): Promise<void> {
  const sum = (condition: string): string => `sum128(case when ${condition} then o.net else int128(0) end)`;
  await materialise(
    snapshot,
    SEND_OUTCOMES,
    `select w.blast_no as blast_no, w.wave_no as wave_no, o.person_no as person_no,
       int64(count_where(o.at_ms >= w.at_ms)) as orders, ${sum('o.at_ms >= w.at_ms')} as net,
       int64(count_where(o.at_ms < w.at_ms)) as before_orders, ${sum('o.at_ms < w.at_ms')} as before_net
     from ${SEND_WAVES.name} w join ${SEND_ORDERS.name} o on o.brand_id = w.brand_id
     where o.at_ms >= w.at_ms - ${window_ms} and o.at_ms < w.at_ms + ${window_ms}
     group by w.blast_no, w.wave_no, o.person_no`,
  );
}
