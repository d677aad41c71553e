/**
 * Bounds what each person contributes. Of a person, the groups with most conversions count, up to the bound; what the person adds to
 * them in all is scaled down to the bound of each measure, in whole numbers that are rounded toward zero. So the sums of all groups
 * change by no more than the bounds when a person comes or goes. Which groups count follows from the person's own data alone.
 */
import type { Bounds } from '../../privacy/differential-privacy/bounds.ts';
import type { ConversionUnit, ExactGroup } from '../../privacy/differential-privacy/release.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { read } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import type { Row } from '../../warehouse/schema.ts';
import { mapInTurns } from '../../warehouse/work-turns.ts';
import type { BoundedSums, Cut } from './declared.ts';
import { BOUNDED_CONTRIBUTIONS, CONTRIBUTIONS } from './relations.ts';

interface Asked {
  bounds: Bounds;
  unit: ConversionUnit;
  /** How many tables the contributions are of, and how many columns name a group. */
  tables: number;
  keys: number;
  /** The group of a row, of the columns that its table has. */
  keysOf: (table_no: number, row: Row) => Array<string | null>;
}

const size = (x: string): string => `(case when ${x} < int128(0) then -${x} else ${x} end)`;

/** The part of `x` that is left if the person's sum `all` is scaled down to `bound`. */
const scaledDown = (x: string, all: string, bound: bigint): string =>
  `case when place > $groups then int128(0) when ${all} > ${bound} then idiv(${x} * int128(${bound}), case when ${all} > ${bound} then ${all} else int128(1) end) else ${x} end`;

/** Sums the relation `contributions` by group, within the bounds. */
export async function boundedSums(snapshot: Snapshot, asked: Asked): Promise<BoundedSums> {
  const { bounds, unit, keys } = asked;
  const names = Array.from({ length: keys }, (_, g) => `g${g}`);
  const own = names.map((name) => `, ${name}`).join('');
  // Engines sort nulls and texts in different ways, so a missing value is sorted apart.
  const order = names.map((name) => `, case when ${name} is null then 0 else 1 end, ${name}`).join('');
  const most = BigInt(bounds.conversions_per_person) * unit;
  await materialise(
    snapshot,
    BOUNDED_CONTRIBUTIONS,
    `with placed as (
       select c.*, row_number() over (partition by person_key order by ${size('conversions')} desc, ${size('micros')} desc, table_no${order}) as place
       from ${CONTRIBUTIONS.name} c),
     summed as (
       select p.*, sum128(case when place > $groups then int128(0) else ${size('conversions')} end) over of_person as all_conversions,
         sum128(case when place > $groups then int128(0) else ${size('micros')} end) over of_person as all_micros
       from placed p window of_person as (partition by person_key))
     select person_key, table_no, int64(place) as place, conversions, micros${own},
       ${scaledDown('conversions', 'all_conversions', most)} as bounded_conversions,
       ${scaledDown('micros', 'all_micros', bounds.revenue_micros_per_person)} as bounded_micros
     from summed`,
    { groups: bounds.groups_per_person },
  );
  return { tables: await readTables(snapshot, asked, names), cut: await readCut(snapshot) };
}

async function readTables(
  snapshot: Snapshot,
  { bounds, tables, keysOf }: Asked,
  names: string[],
): Promise<ExactGroup[][]> {
  const columns = ['table_no', ...names].join(', ');
  const rows = await snapshot.query(
    `select ${columns}, count(*) as people, text128(sum128(bounded_conversions)) as counted, text128(sum128(bounded_micros)) as valued
     from ${BOUNDED_CONTRIBUTIONS.name} where place <= $groups group by ${columns}`,
    { groups: bounds.groups_per_person },
  );
  const groups: ExactGroup[][] = Array.from({ length: tables }, () => []);
  await mapInTurns(rows, (row) => {
    const table_no = Number(row['table_no']);
    const { people, counted, valued } = read(row, { people: 'bigint', counted: 'bigint', valued: 'bigint' });
    groups[table_no]!.push({
      keys: keysOf(table_no, row),
      sums: { persons: people, conversions: counted, revenue: valued },
    });
  });
  return groups;
}

async function readCut(snapshot: Snapshot): Promise<Cut> {
  const lost = (name: string): string => `${size(name)} - ${size(`bounded_${name}`)}`;
  const total = (name: string): string => `text128(coalesce(sum128(${lost(name)}), int128(0)))`;
  // The names of the sums are none of the columns, which ClickHouse would take them for.
  const [row] = await snapshot.query(
    `select count(distinct case when ${lost('conversions')} > 0 or ${lost('micros')} > 0 then person_key end) as cut_persons,
       ${total('conversions')} as cut_conversions, ${total('micros')} as cut_micros
     from ${BOUNDED_CONTRIBUTIONS.name}`,
  );
  const cut = read(row, { cut_persons: 'bigint', cut_conversions: 'bigint', cut_micros: 'bigint' });
  return { persons: cut.cut_persons, conversions: cut.cut_conversions, revenue_micros: cut.cut_micros };
}

/** {@link boundedSums} of people in memory who are in one group each. */
export function boundedInMemory(
  people: Iterable<{ keys: ExactGroup['keys']; conversions: bigint; micros: bigint }>,
  bounds: Bounds,
): BoundedSums {
  const groups = new Map<string, { keys: ExactGroup['keys']; sums: Record<keyof ExactGroup['sums'], bigint> }>();
  const cut = { persons: 0n, conversions: 0n, revenue_micros: 0n };
  for (const { keys, conversions, micros } of people) {
    const name = JSON.stringify(keys);
    const group = groups.get(name) ?? { keys, sums: { persons: 0n, conversions: 0n, revenue: 0n } };
    groups.set(name, group);
    const counted = within(conversions, BigInt(bounds.conversions_per_person));
    const valued = within(micros, bounds.revenue_micros_per_person);
    group.sums.persons += 1n;
    group.sums.conversions += counted;
    group.sums.revenue += valued;
    cut.conversions += sizeOf(conversions) - sizeOf(counted);
    cut.revenue_micros += sizeOf(micros) - sizeOf(valued);
    if (counted !== conversions || valued !== micros) cut.persons += 1n;
  }
  return { tables: [[...groups.values()]], cut };
}

const sizeOf = (x: bigint): bigint => (x < 0n ? -x : x);
const within = (x: bigint, bound: bigint): bigint => (x > bound ? bound : x < -bound ? -bound : x);
