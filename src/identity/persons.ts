/**
 * Joins ids into persons, by the rules of docs/semantics.md section 4. Pure. The result is never stored as a fact, so the next
 * report includes every new link, unlink and late event.
 */

/** Records that carry both ids, with the time of the earliest one. */
export interface ImplicitLink {
  anonymous_id: string;
  customer_id: string;
  first_ms: number;
  /** The times of all these records; set when a statement unlinks the two ids. */
  times_ms?: readonly number[];
}

/** A statement about two ids. */
export interface LinkStatement {
  link_id: string;
  left_id: string;
  right_id: string;
  state: 'linked' | 'unlinked';
  /** Null means certain. */
  probability: number | null;
  occurred_at: number;
  /** Set if the statement is an accepted proposal, or takes one back. It then says nothing of certain links. */
  probabilistic?: true;
}

/** The links of some components, as a graph tells them. */
export interface Links {
  /** Every id of the components, also ids without a link. */
  ids: string[];
  implicit: ImplicitLink[];
  statements: LinkStatement[];
  customers: Set<string>;
}

export interface PersonRules {
  /** Statements with a lower probability do not count. */
  identity_min_probability: number;
}

/**
 * An id that certain links join with more other ids than this is *shared*: `guest`, the address of a till, a placeholder of a form. It is
 * kept apart: no link with it counts.
 */
export const MAX_LINKED_IDS = 1_000;

interface Edge {
  left: string;
  right: string;
  first_ms: number;
}

/**
 * Joins the ids of one brand into persons.
 * @param is_customer true if any record carries the id as customer_id.
 * @returns the members that differ from their person's name, each with that name.
 */
export function joinPersons(
  implicit: readonly ImplicitLink[],
  statements: readonly LinkStatement[],
  is_customer: (id: string) => boolean,
  rules: PersonRules,
): Map<string, string> {
  // An id that is used as customer_id and as anonymous_id is a customer. A record does not join customers.
  const devices = implicit.filter((link) => !is_customer(link.anonymous_id));
  const certain = statements.filter((statement) => !statement.probabilistic);
  const linked = effectiveEdges(devices, certain, rules);
  const shared = sharedIds(linked);
  const isApart = ({ left, right }: Edge): boolean => shared.has(left) || shared.has(right);
  const edges = linked.filter((edge) => !isApart(edge));
  const customers = new UnionFind();
  const anonymous = new UnionFind();
  for (const { left, right } of edges) {
    if (is_customer(left) && is_customer(right)) customers.join(left, right);
    else if (!is_customer(left) && !is_customer(right)) anonymous.join(left, right);
  }
  const owners = firstOwners(edges, anonymous, is_customer);
  const proposed =
    certain.length < statements.length
      ? proposedEdges(statements, latestStatements(certain, rules), rules).filter((edge) => !isApart(edge))
      : [];
  joinProposed(proposed, { customers, anonymous, owners, is_customer });
  const members = new Map<string, string>();
  for (const id of customers.ids()) members.set(id, customers.find(id));
  const anonymous_ids = new Set(anonymous.ids());
  for (const { left, right } of [...edges, ...proposed]) {
    for (const id of [left, right]) if (!is_customer(id)) anonymous_ids.add(id);
  }
  for (const id of anonymous_ids) {
    const group = anonymous.find(id);
    const owner = owners.get(group);
    members.set(id, owner ? customers.find(owner.customer_id) : group);
  }
  for (const [id, person_id] of members) if (id === person_id) members.delete(id);
  return members;
}

function sharedIds(edges: readonly Edge[]): Set<string> {
  const shared = new Set<string>();
  // An id has no more links than there are.
  if (edges.length <= MAX_LINKED_IDS) return shared;
  const counts = new Map<string, number>();
  for (const { left, right } of edges)
    for (const id of [left, right]) {
      const count = (counts.get(id) ?? 0) + 1;
      counts.set(id, count);
      if (count > MAX_LINKED_IDS) shared.add(id);
    }
  return shared;
}

/** The accepted proposals that count: none after it takes the pair back, be it by another proposal or by a certain statement. */
function proposedEdges(
  statements: readonly LinkStatement[],
  certain: ReadonlyMap<string, LinkStatement>,
  rules: PersonRules,
): Edge[] {
  const latest = latestStatements(
    statements.filter((statement) => statement.probabilistic),
    rules,
  );
  const edges: Edge[] = [];
  for (const [pair, statement] of latest) {
    const said = certain.get(pair);
    if (statement.state === 'unlinked' || (said?.state === 'unlinked' && isLater(said, statement))) continue;
    edges.push({ left: statement.left_id, right: statement.right_id, first_ms: statement.occurred_at });
  }
  return edges;
}

interface Joined {
  customers: UnionFind;
  anonymous: UnionFind;
  /** By name of a group of anonymous ids. */
  owners: Map<string, { customer_id: string; first_ms: number }>;
  is_customer: (id: string) => boolean;
}

/**
 * Joins by proposals what certain links leave apart. A group of anonymous ids that belongs to a customer by a certain link stays with
 * that customer, whatever is proposed: so a forwarded email never moves a device from one customer to another.
 */
function joinProposed(proposed: readonly Edge[], { customers, anonymous, owners, is_customer }: Joined): void {
  const is_free = (id: string): boolean => !is_customer(id) && !owners.has(anonymous.find(id));
  const free = proposed.filter(({ left, right }) => [left, right].every((id) => is_customer(id) || is_free(id)));
  for (const { left, right } of free) {
    if (is_customer(left) && is_customer(right)) customers.join(left, right);
    else if (!is_customer(left) && !is_customer(right)) anonymous.join(left, right);
  }
  for (const [group, owner] of firstOwners(free, anonymous, is_customer)) owners.set(group, owner);
}

/** The links that count, one per pair of ids: by the latest statement, or by records (after an unlink only later records). */
function effectiveEdges(
  implicit: readonly ImplicitLink[],
  statements: readonly LinkStatement[],
  rules: PersonRules,
): Edge[] {
  const latest = latestStatements(statements, rules);
  const edges = new Map<string, Edge>();
  for (const [pair, { state, left_id, right_id, occurred_at }] of latest) {
    if (state === 'linked') edges.set(pair, { left: left_id, right: right_id, first_ms: occurred_at });
  }
  for (const link of implicit) {
    const { anonymous_id, customer_id } = link;
    const pair = pairKey(anonymous_id, customer_id);
    const statement = latest.get(pair);
    const since_ms = statement?.state === 'unlinked' ? firstAfter(link, statement.occurred_at) : link.first_ms;
    if (since_ms === undefined) continue;
    const edge = edges.get(pair);
    edges.set(pair, {
      left: anonymous_id,
      right: customer_id,
      first_ms: Math.min(edge?.first_ms ?? since_ms, since_ms),
    });
  }
  return [...edges.values()];
}

/** The latest statement of each pair. Links with a too low probability are ignored. */
function latestStatements(statements: readonly LinkStatement[], rules: PersonRules): Map<string, LinkStatement> {
  const latest = new Map<string, LinkStatement>();
  for (const statement of statements) {
    if (statement.state === 'linked' && (statement.probability ?? 1) < rules.identity_min_probability) continue;
    const pair = pairKey(statement.left_id, statement.right_id);
    const held = latest.get(pair);
    if (!held || isLater(statement, held)) latest.set(pair, statement);
  }
  return latest;
}

/** The earliest record with both ids after an instant, or undefined. */
function firstAfter(link: ImplicitLink, after_ms: number): number | undefined {
  const times = link.times_ms ?? [link.first_ms];
  const later = times.filter((time) => time > after_ms);
  return later.length === 0 ? undefined : later.reduce((a, b) => Math.min(a, b));
}

function isLater(a: LinkStatement, b: LinkStatement): boolean {
  return a.occurred_at !== b.occurred_at ? a.occurred_at > b.occurred_at : a.link_id > b.link_id;
}

export function pairKey(a: string, b: string): string {
  return a < b ? `${a}\0${b}` : `${b}\0${a}`;
}

/** The customer of each group of anonymous ids: the first one that it was linked with, by time, then by id. */
function firstOwners(
  edges: readonly Edge[],
  anonymous: UnionFind,
  is_customer: (id: string) => boolean,
): Map<string, { customer_id: string; first_ms: number }> {
  const owners = new Map<string, { customer_id: string; first_ms: number }>();
  for (const { left, right, first_ms } of edges) {
    if (is_customer(left) === is_customer(right)) continue;
    const [customer_id, id] = is_customer(left) ? [left, right] : [right, left];
    const group = anonymous.find(id);
    const held = owners.get(group);
    const earlier = !held || first_ms < held.first_ms || (first_ms === held.first_ms && customer_id < held.customer_id);
    if (earlier) owners.set(group, { customer_id, first_ms });
  }
  return owners;
}

/** Disjoint sets of ids. The name of a set is its smallest id, independent of the order of joining. */
class UnionFind {
  private readonly parent = new Map<string, string>();

  find(id: string): string {
    let root = id;
    for (let next = this.parent.get(root); next !== undefined && next !== root; next = this.parent.get(root))
      root = next;
    for (let at = id; at !== root; ) {
      const next = this.parent.get(at)!;
      this.parent.set(at, root);
      at = next;
    }
    return root;
  }

  join(a: string, b: string): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (!this.parent.has(x)) this.parent.set(x, x);
    if (!this.parent.has(y)) this.parent.set(y, y);
    if (x === y) return;
    if (x < y) this.parent.set(y, x);
    else this.parent.set(x, y);
  }

  ids(): Iterable<string> {
    return this.parent.keys();
  }
}
