/** The people of a fit: everyone with a record before the period's end and everyone who was sent an email, numbered by brand and name. */
import { makeBrandPeriods } from '../attribution/orders.ts';
import type { Plan } from '../attribution/plan.ts';
import { BRAND_PERIODS, PERSONS } from '../attribution/relations.ts';
import { TributaryError } from '../domain/errors.ts';
import { subjectKey } from '../domain/subject.ts';
import { CUSTOMER_FIELDS } from '../domain/subject-fields.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { fill, materialise, type Relation } from '../warehouse/relation.ts';
import { FIT_IDS, FIT_PEOPLE, MAILED } from './relations.ts';

/** A bound on customers of whom only emails or segments are known, because they are read into memory. */
const MAX_MAILED = 2_000_000;

/** Makes `fit_ids` and `fit_people`. Run makeOrdersAndEvents and {@link makeMailedPeople} before it. */
export async function makeFitPeople(snapshot: Snapshot, plan: Plan): Promise<void> {
  await makeBrandPeriods(snapshot, plan);
  // A bound on the stored column lets the engine skip what lies outside; the instants of each brand decide.
  const end = Math.max(...plan.brands.map((b) => b.end_ms));
  const seen = (table: string, position: keyof Plan['positions']): string =>
    `select r.brand_id as brand_id, r.subject_key as subject_key, min(coalesce(r.customer_id, r.anonymous_id)) as id, min(epoch_ms(r.occurred_at)) as at_ms
     from ${table} r join ${BRAND_PERIODS.name} b on b.brand_id = r.brand_id
     where ${atOrBefore('r', plan.positions[position])} and r.occurred_at < instant(${end}) and epoch_ms(r.occurred_at) < b.end_ms
     group by r.brand_id, r.subject_key`;
  const mailed = `select m.brand_id as brand_id, m.subject_key as subject_key, m.id as id, m.at_ms as at_ms from ${MAILED.name} m`;
  // Ids are grouped before they are joined with their persons, because there are far fewer ids than records.
  await materialise(
    snapshot,
    FIT_IDS,
    `with seen as (${seen('touchpoints', 'touchpoints')} union all ${seen('conversions', 'conversions')} union all ${mailed}),
     ids as (select brand_id, subject_key, min(id) as id, min(at_ms) as first_ms from seen group by brand_id, subject_key)
     select i.brand_id as brand_id, i.subject_key as subject_key, coalesce(p.person_key, i.subject_key) as person_key,
       coalesce(p.person_id, i.id) as person_id, i.first_ms as first_ms
     from ids i left join ${PERSONS.name} p on p.subject_key = i.subject_key and p.brand_id = i.brand_id`,
  );
  await materialise(
    snapshot,
    FIT_PEOPLE,
    `with people as (select brand_id, person_key, min(person_id) as person_id, min(first_ms) as first_ms from ${FIT_IDS.name} group by brand_id, person_key)
     select brand_id, person_key, first_ms, row_number() over (order by brand_id, person_id) as person_no from people`,
  );
}

/** Makes `mailed`: customers who were sent an email or are in a segment. They are at risk, even without any touch. */
export async function makeMailedPeople(snapshot: Snapshot, plan: Plan): Promise<Relation> {
  await makeBrandPeriods(snapshot, plan);
  const seen = atOrBefore('r', plan.positions.touchpoints);
  // Records with a subject_key are a person's own events, and makeFitPeople reads them.
  const senders = CUSTOMER_FIELDS.filter(({ keyed }) => !keyed).map(
    ({ record, field, instant_field: at }) =>
      `select r.brand_id as brand_id, r.${field} as id, epoch_ms(r.${at}) as at_ms from ${record} r join ${BRAND_PERIODS.name} b on b.brand_id = r.brand_id
     where r.${field} is not null and ${seen} and epoch_ms(r.${at}) < b.end_ms`,
  );
  const known = `(${senders.join(' union all ')}) known`;
  const [size] = await snapshot.query(`select count(distinct id) as n from ${known}`);
  const { n } = read(size, { n: 'number' });
  if (n > MAX_MAILED)
    throw new TributaryError(
      'unprocessable',
      `brand_id: ${n} customers were sent an email or are in a segment; a fit takes at most ${MAX_MAILED}. Fit one brand, or choose an earlier end`,
      { field: 'brand_id' },
    );
  const rows = await snapshot.query(`select brand_id, id, min(at_ms) as at_ms from ${known} group by brand_id, id`);
  const mailed = readAll(rows, { brand_id: 'text', id: 'text', at_ms: 'number' });
  return fill(
    snapshot,
    MAILED,
    mailed.map((row) => ({ ...row, subject_key: subjectKey(row.brand_id, row.id) })),
  );
}

/** The people of a fit in memory; index = number of the person, from 0. */
export interface FitPeople {
  /** When the person was first seen in any record. */
  first_ms: Float64Array;
  /** The place of the person's brand in the plan. */
  brand_no: Uint16Array;
}

/** Reads `fit_people`. */
export async function readFitPeople(snapshot: Snapshot, { brands }: Plan): Promise<FitPeople> {
  const [size] = await snapshot.query(`select count(*) as n from ${FIT_PEOPLE.name}`);
  const { n } = read(size, { n: 'number' });
  const first_ms = new Float64Array(n);
  const brand_no = new Uint16Array(n);
  const numbers = brands.map((_, i) => `when p.brand_id = $brand${i} then ${i}`).join(' ');
  await snapshot.columns(
    `select float64(p.person_no) as person_no, float64(p.first_ms) as first_ms, float64(case ${numbers} end) as brand_no from ${FIT_PEOPLE.name} p`,
    Object.fromEntries(brands.map(({ brand_id }, i) => [`brand${i}`, brand_id])),
    ({ rows, cells }) => {
      const [person, first, brand] = cells as ReadonlyArray<readonly number[]>;
      for (let i = 0; i < rows; i++) {
        first_ms[person![i]! - 1] = first![i]!;
        brand_no[person![i]! - 1] = brand![i]!;
      }
    },
  );
  return { first_ms, brand_no };
}
