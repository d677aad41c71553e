/**
 * Persons as of a log position, cached. Implicit links are read once and then only from new rows; persons are joined
 * again only when a link changed.
 */

import { subjectKey } from '../domain/subject.ts';
import { CUSTOMER_FIELDS, LINKING_RECORDS } from '../domain/subject-fields.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, formatPosition, type Position } from '../warehouse/position.ts';
import { type Column, intColumn, textColumn } from '../warehouse/schema.ts';
import {
  type ImplicitLink,
  joinPersons,
  type LinkStatement,
  type Membership,
  type PersonRules,
  pairKey,
} from './persons.ts';

interface State {
  position: Position;
  implicit: Map<string, ImplicitLink>;
  statements: LinkStatement[];
  /** Linked ids that some record carries as customer_id, by brand. */
  customers: Set<string>;
  members: Membership[] | undefined;
  rules_key: string;
}

const CACHED_STATES = 4;
const key = (...parts: string[]): string => parts.join('\0');

export class PersonDirectory {
  private states: State[] = [];
  private readonly versions = new WeakMap<Membership[], string>();
  private made = 0;

  /** Names an answer of {@link members}: the same answer has the same version. */
  version(members: Membership[]): string {
    const version = this.versions.get(members) ?? String(++this.made);
    this.versions.set(members, version);
    return version;
  }

  /** The ids that belong to a person of another name, as of `position`. */
  async members(
    snapshot: Snapshot,
    position: Position,
    rules: (brand_id: string) => PersonRules,
  ): Promise<Membership[]> {
    // A state outlives the snapshot, so its position has to say what it holds.
    const own: Position = new Map(position);
    const token = formatPosition(own);
    let state = this.states.find((s) => formatPosition(s.position) === token);
    if (!state) {
      const base = this.states
        .filter((s) => isBefore(s.position, own))
        .sort((a, b) => total(b.position) - total(a.position))[0];
      state = await advance(snapshot, base, own);
      this.states = [state, ...this.states].slice(0, CACHED_STATES);
    }
    const brands = [
      ...new Set([...[...state.implicit.values()].map((l) => l.brand_id), ...state.statements.map((s) => s.brand_id)]),
    ].sort();
    const rules_key = JSON.stringify(brands.map((brand_id) => rules(brand_id).identity_min_probability));
    if (!state.members || state.rules_key !== rules_key) {
      state.members = join(state, brands, rules);
      state.rules_key = rules_key;
    }
    return state.members;
  }
}

function join(state: State, brands: readonly string[], rules: (brand_id: string) => PersonRules): Membership[] {
  const implicit = groupByBrand([...state.implicit.values()]);
  const statements = groupByBrand(state.statements);
  return brands.flatMap((brand_id) => {
    const links = implicit.get(brand_id) ?? [];
    const known = new Set(links.map((link) => link.customer_id));
    const is_customer = (id: string): boolean => known.has(id) || state.customers.has(key(brand_id, id));
    return joinPersons(brand_id, links, statements.get(brand_id) ?? [], is_customer, rules(brand_id));
  });
}

function groupByBrand<T extends { brand_id: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.brand_id);
    if (group) group.push(row);
    else groups.set(row.brand_id, [row]);
  }
  return groups;
}

function isBefore(a: Position, b: Position): boolean {
  return [...a].every(([collector_id, log_seq]) => log_seq <= (b.get(collector_id) ?? -1));
}

function total(position: Position): number {
  return [...position.values()].reduce((sum, log_seq) => sum + log_seq, 0);
}

/** Adds to a state (or to nothing) what came between its position and a later one. */
async function advance(snapshot: Snapshot, base: State | undefined, position: Position): Promise<State> {
  const fresh = (alias: string): string =>
    base ? `${atOrBefore(alias, position)} and not ${atOrBefore(alias, base.position)}` : atOrBefore(alias, position);
  const implicit = new Map(base?.implicit);
  let changed = false;
  for (const link of await readImplicit(snapshot, fresh)) {
    const id = key(link.brand_id, link.anonymous_id, link.customer_id);
    const held = implicit.get(id);
    // Of a pair with an unlink every time counts, not only the earliest and the latest.
    if (held && !held.times_ms && held.first_ms <= link.first_ms && held.last_ms >= link.last_ms) continue;
    changed = true;
    implicit.set(id, {
      ...link,
      first_ms: Math.min(link.first_ms, held?.first_ms ?? link.first_ms),
      last_ms: Math.max(link.last_ms, held?.last_ms ?? link.last_ms),
    });
  }
  const added = await readStatements(snapshot, fresh('l'));
  const statements = [...(base?.statements ?? []), ...added];
  await readUnlinkedTimes(snapshot, statements, implicit, position);
  const customers = new Set(base?.customers);
  const before = customers.size;
  // Ids that are new here may be anywhere in the log; of the others, only new rows can tell something new.
  const fresh_ids = linkedIds(
    added,
    [...implicit].filter(([id]) => !base?.implicit.has(id)).map(([, link]) => link),
  );
  await readCustomers(snapshot, fresh_ids, (alias) => atOrBefore(alias, position), customers);
  if (base) await readCustomers(snapshot, linkedIds(base.statements, [...base.implicit.values()]), fresh, customers);
  const same = base && !changed && added.length === 0 && customers.size === before;
  return {
    position,
    implicit,
    statements,
    customers,
    members: same ? base.members : undefined,
    rules_key: same ? base.rules_key : '',
  };
}

async function readImplicit(snapshot: Snapshot, fresh: (alias: string) => string): Promise<ImplicitLink[]> {
  const from = (table: string): string => `
    select r.brand_id as brand_id, r.anonymous_id as anonymous_id, r.customer_id as customer_id, epoch_ms(r.occurred_at) as at_ms
    from ${table} r where r.anonymous_id is not null and r.customer_id is not null and ${fresh('r')}`;
  const rows = await snapshot.query(`
    select brand_id, anonymous_id, customer_id, min(at_ms) as first_ms, max(at_ms) as last_ms
    from (${LINKING_RECORDS.map(from).join(' union all ')}) both_ids
    group by brand_id, anonymous_id, customer_id`);
  return rows.map(
    (row) => ({ ...row, first_ms: Number(row['first_ms']), last_ms: Number(row['last_ms']) }) as ImplicitLink,
  );
}

/** Of pairs with an unlink, which records came after it decides; so all their times are read. */
async function readUnlinkedTimes(
  snapshot: Snapshot,
  statements: readonly LinkStatement[],
  implicit: Map<string, ImplicitLink>,
  position: Position,
): Promise<void> {
  const unlinked = new Set(
    statements.filter((s) => s.state === 'unlinked').map((s) => key(s.brand_id, pairKey(s.left_id, s.right_id))),
  );
  const links = [...implicit].filter(([, link]) =>
    unlinked.has(key(link.brand_id, pairKey(link.anonymous_id, link.customer_id))),
  );
  if (links.length === 0) return;
  const pair = ['brand_id', 'anonymous_id', 'customer_id'].map(textColumn);
  await snapshot.relation(
    'unlinked_pairs',
    pair,
    links.map(([, { brand_id, anonymous_id, customer_id }]) => ({ brand_id, anonymous_id, customer_id })),
  );
  const times = new Map<string, number[]>();
  for (const table of LINKING_RECORDS) {
    const rows = await snapshot.query(
      `select u.brand_id as brand_id, u.anonymous_id as anonymous_id, u.customer_id as customer_id, epoch_ms(r.occurred_at) as at_ms
       from ${table} r join unlinked_pairs u on u.brand_id = r.brand_id and u.anonymous_id = r.anonymous_id and u.customer_id = r.customer_id where ${atOrBefore('r', position)}`,
    );
    for (const row of rows) {
      const id = key(row['brand_id'] as string, row['anonymous_id'] as string, row['customer_id'] as string);
      times.set(id, [...(times.get(id) ?? []), Number(row['at_ms'])]);
    }
  }
  for (const [id, link] of links) implicit.set(id, { ...link, times_ms: times.get(id) ?? [] });
}

async function readStatements(snapshot: Snapshot, where: string): Promise<LinkStatement[]> {
  const rows = await snapshot.query(`
    select brand_id, link_id, left_id, right_id, coalesce(state, 'linked') as state, probability, epoch_ms(occurred_at) as occurred_at
    from identity_links l where ${where}`);
  return rows.map((row) => ({ ...row, occurred_at: Number(row['occurred_at']) }) as unknown as LinkStatement);
}

/** Ids whose kind matters: both sides of statements, and the device of records that carry both. */
function linkedIds(
  statements: readonly LinkStatement[],
  implicit: readonly ImplicitLink[],
): Map<string, { brand_id: string; id: string }> {
  const ids = new Map<string, { brand_id: string; id: string }>();
  const add = (brand_id: string, id: string): unknown => ids.set(key(brand_id, id), { brand_id, id });
  for (const { brand_id, left_id, right_id } of statements) {
    add(brand_id, left_id);
    add(brand_id, right_id);
  }
  for (const { brand_id, anonymous_id } of implicit) add(brand_id, anonymous_id);
  return ids;
}

const LINKED_IDS: readonly Column[] = [textColumn('brand_id'), textColumn('id'), intColumn('subject_key')];

/** Adds to `customers` those of `ids` that some row carries as customer_id. */
async function readCustomers(
  snapshot: Snapshot,
  ids: Map<string, { brand_id: string; id: string }>,
  where: (alias: string) => string,
  customers: Set<string>,
): Promise<void> {
  const rows = [...ids]
    .filter(([id]) => !customers.has(id))
    .map(([, { brand_id, id }]) => ({ brand_id, id, subject_key: subjectKey(brand_id, id) }));
  if (rows.length === 0) return;
  await snapshot.relation('linked_ids', LINKED_IDS, rows);
  const carriers = CUSTOMER_FIELDS.map(({ record, field, keyed }) => {
    const same_id = keyed
      ? `w.subject_key = r.subject_key where r.${field} is not null and`
      : `w.brand_id = r.brand_id and w.id = r.${field} where`;
    return `select w.brand_id as brand_id, w.id as id from ${record} r join linked_ids w on ${same_id} ${where('r')}`;
  });
  const found = await snapshot.query(`select distinct brand_id, id from (${carriers.join(' union all ')}) seen`);
  for (const row of found) customers.add(key(row['brand_id'] as string, row['id'] as string));
}
