/** The person that a report is about: their ids, what joins them, and the brand that an id belongs to. */
import type { Plan } from '../attribution/plan.ts';
import { brandWithin } from '../domain/brand-access.ts';
import { emailId } from '../domain/email-ids.ts';
import { TributaryError } from '../domain/errors.ts';
import { PROBABILISTIC } from '../domain/identity-link.ts';
import { phoneQuestion } from '../domain/phone.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import { LINKING_RECORDS } from '../domain/subject-fields.ts';
import { listed } from '../domain/text.ts';
import { formatInstant } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, type Position } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import type { Relation } from '../warehouse/relation.ts';
import type { TableName } from '../warehouse/schema.ts';
import type { ReportContext, ReportJson } from './context.ts';

/** The period of reports that have no period parameter. It holds every event that the collector accepts. */
export const ALL_TIME = { start: '1970-01-01T00:00:00Z', end: '9999-01-01T00:00:00Z' } as const;

/** The same plan over all time. */
export function allTime(plan: Plan): Plan {
  const bounds = { start_ms: Date.parse(ALL_TIME.start), end_ms: Date.parse(ALL_TIME.end) };
  return { ...plan, brands: plan.brands.map((brand) => ({ ...brand, ...bounds })) };
}

const MAX_IDS = 1_000;
const MAX_LINKS = 200;

/** An id to look for, and the columns that may hold it. */
interface Sought {
  /** The parameter that gave the id, for messages. */
  field: string;
  id: string;
  columns: ReadonlyArray<readonly [table: TableName, column: string]>;
  /** The label that also names it, and the columns that may hold the id or the label. */
  label?: string;
  label_columns?: ReadonlyArray<readonly [table: TableName, column: string]>;
}

/** The brands that have records with an id, among those that the key may read. @throws forbidden, not_found. */
export async function brandsOf(
  snapshot: Snapshot,
  position: Position,
  sought: Sought,
  request: { brand_id?: string | undefined; key_brand_id: string | null },
): Promise<string[]> {
  const asked = brandWithin(request.key_brand_id, request.brand_id);
  const { id, columns, label = id, label_columns = [] } = sought;
  const conditions = [
    ...columns.map(([table, column]) => [table, `r.${column} = $id`]),
    ...label_columns.map(([table, column]) => [table, `r.${column} in ($id, $label)`]),
  ];
  const parts = conditions.map(
    ([table, is_it]) =>
      `select r.brand_id as brand_id from ${table} r where ${is_it} and ${atOrBefore('r', position)} ${asked === null ? '' : 'and r.brand_id = $brand_id'}`,
  );
  const rows = await snapshot.query(
    `select distinct brand_id from (${parts.join(' union all ')}) known order by brand_id`,
    { id, ...(label_columns.length === 0 ? {} : { label }), ...(asked === null ? {} : { brand_id: asked }) },
  );
  if (rows.length === 0) {
    const where = asked === null ? '' : ` in brand ${asked}`;
    throw new TributaryError(
      'not_found',
      `${sought.field}: no record has ${JSON.stringify(sought.id.slice(0, 200))}${where} at this log position; check the id, and as_of if you gave one`,
      { field: sought.field },
    );
  }
  return readAll(rows, { brand_id: 'text' }).map(({ brand_id }) => brand_id);
}

/** The one brand that has records with an id. @throws forbidden, not_found, and bad_request when several brands have them. */
export async function brandOf(...[snapshot, position, sought, request]: Parameters<typeof brandsOf>): Promise<string> {
  return oneBrand(await brandsOf(snapshot, position, sought, request), sought.id)!;
}

/** The brand of a list of one; undefined for an empty list. @throws bad_request when there are several. */
function oneBrand(brands: readonly string[], id: string): string | undefined {
  if (brands.length > 1) {
    throw new TributaryError(
      'bad_request',
      `brand_id: ${JSON.stringify(id.slice(0, 200))} is an id in brands ${listed(brands)}; name one of them`,
      { field: 'brand_id' },
    );
  }
  return brands[0];
}

/**
 * The brand of a person, and the id under which its log knows them: the id as it was asked for, else the id that it has as an e-mail
 * address or phone number: its one form, where a brand keeps addresses, or its hash. @throws forbidden, not_found, and bad_request when several
 * brands have the id.
 */
export async function personAsked(
  snapshot: Snapshot,
  { customerIds, emailPersonOf, personHashes }: Pick<ReportContext, 'customerIds' | 'emailPersonOf' | 'personHashes'>,
  position: Position,
  sought: Sought,
  request: Parameters<typeof brandsOf>[3],
): Promise<{ brand: string; id: string }> {
  try {
    return { brand: await brandOf(snapshot, position, sought, request), id: sought.id };
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code !== 'not_found') throw error;
    const one_form = emailId(sought.id);
    const brandOfId = async (id: string, isOf: (name: string) => boolean): Promise<string | undefined> => {
      const brands =
        id === sought.id ? [] : await brandsOf(snapshot, position, { ...sought, id }, request).catch(() => []);
      return oneBrand(brands.filter(isOf), id);
    };
    const brand = await brandOfId(one_form, (name) => customerIds?.(name) === 'email');
    if (brand !== undefined) return { brand, id: one_form };
    // The newest hash is looked for first. Where several are stored, a link joins them.
    for (const hash of personHashes?.ofAsked(sought.id) ?? []) {
      const of_hash = await brandOfId(hash, (name) => customerIds?.(name) === 'hashed');
      if (of_hash !== undefined) return { brand: of_hash, id: hash };
    }
    const phone = phoneQuestion(sought.id);
    const of_phone = phone === null ? null : (emailPersonOf?.(request.brand_id ?? DEFAULT_BRAND, phone) ?? null);
    for (const id of of_phone === null ? [] : [of_phone, ...(personHashes?.of(of_phone) ?? [])]) {
      const owner = await brandOfId(id, () => true);
      if (owner !== undefined) return { brand: owner, id };
    }
    const hashed = emailPersonOf?.(request.brand_id ?? DEFAULT_BRAND, sought.id) ?? sought.id;
    const of_hash = await brandOfId(hashed, (name) => customerIds?.(name) === 'verbatim');
    if (of_hash === undefined) throw error;
    return { brand: of_hash, id: hashed };
  }
}

/** The ids of the person whose ids are `members`, and the records and statements that link them. */
export async function readPerson(
  snapshot: Snapshot,
  plan: Plan,
  members: Relation,
  person_id: string,
): Promise<ReportJson> {
  const ids = await snapshot.query(`select distinct id from ${members.name} order by id limit ${MAX_IDS + 1}`);
  const own = new Set(readAll(ids, { id: 'text' }).map(({ id }) => id));
  return {
    person_id,
    ids: [...own].slice(0, MAX_IDS),
    ids_truncated: own.size > MAX_IDS,
    links: [
      ...(await readStatements(snapshot, plan, members, own)),
      ...(await readRecords(snapshot, plan, members, own)),
    ],
  };
}

/** The statements about pairs of ids. The latest statement of a pair counts. */
async function readStatements(
  snapshot: Snapshot,
  plan: Plan,
  members: Relation,
  own: ReadonlySet<string>,
): Promise<ReportJson[]> {
  const minimum = plan.brands[0]!.settings.identity_min_probability;
  const rows = await snapshot.query(
    `select distinct l.link_id as link_id, l.left_id as left_id, l.right_id as right_id, l.kind as kind, coalesce(l.state, 'linked') as state,
       l.probability as probability, epoch_ms(l.occurred_at) as at_ms
     from (${['left_id', 'right_id']
       .map(
         (
           side,
         ) => `select l.* from identity_links l join ${members.name} m on m.brand_id = l.brand_id and m.id = l.${side}
       where ${atOrBefore('l', plan.positions.identity)}`,
       )
       .join(' union all ')}) l
     order by at_ms desc, link_id desc limit ${MAX_LINKS}`,
  );
  const settled = new Set<string>();
  // Pairs that a certain statement unlinks. That takes back proposals before it, too.
  const unlinked = new Set<string>();
  return rows.map((row) => {
    const { left_id, right_id, probability, at_ms, ...said } = read(row, {
      link_id: 'text',
      left_id: 'text',
      right_id: 'text',
      kind: 'text?',
      state: 'text',
      probability: 'number?',
      at_ms: 'number',
    });
    const pair = JSON.stringify([left_id, right_id].sort());
    const unlikely = said.state === 'linked' && (probability ?? 1) < minimum;
    const is_proposal = said.kind === PROBABILISTIC;
    const about = is_proposal ? `${PROBABILISTIC} ${pair}` : pair;
    const latest = !unlikely && !settled.has(about) && !(is_proposal && unlinked.has(pair));
    if (!unlikely) settled.add(about);
    if (latest && !is_proposal && said.state === 'unlinked') unlinked.add(pair);
    return {
      by: 'statement',
      link_id: said.link_id,
      left_id,
      right_id,
      kind: said.kind,
      state: said.state,
      probability,
      occurred_at: formatInstant(at_ms),
      holds: latest,
      joins: latest && said.state === 'linked' && own.has(left_id) && own.has(right_id),
    };
  });
}

/** Implicit links: records that have both ids of a pair. */
async function readRecords(
  snapshot: Snapshot,
  plan: Plan,
  members: Relation,
  own: ReadonlySet<string>,
): Promise<ReportJson[]> {
  const from = (table: string, position: Position): string =>
    `select r.customer_id as customer_id, r.anonymous_id as anonymous_id, epoch_ms(r.occurred_at) as at_ms
     from ${table} r join ${members.name} m on m.subject_key = r.subject_key and m.brand_id = r.brand_id and m.id = r.customer_id
     where r.anonymous_id is not null and ${atOrBefore('r', position)}`;
  const rows = await snapshot.query(
    `select customer_id, anonymous_id, min(at_ms) as first_ms, max(at_ms) as last_ms, count(*) as records
     from (${LINKING_RECORDS.map((table) => from(table, plan.positions.identity)).join(' union all ')}) both_ids
     group by customer_id, anonymous_id order by first_ms, customer_id, anonymous_id limit ${MAX_LINKS}`,
  );
  const shape = {
    customer_id: 'text',
    anonymous_id: 'text',
    first_ms: 'number',
    last_ms: 'number',
    records: 'number',
  } as const;
  return readAll(rows, shape).map(({ customer_id, anonymous_id, first_ms, last_ms, records }) => ({
    by: 'records',
    left_id: anonymous_id,
    right_id: customer_id,
    records,
    first_at: formatInstant(first_ms),
    last_at: formatInstant(last_ms),
    joins: own.has(anonymous_id),
  }));
}
