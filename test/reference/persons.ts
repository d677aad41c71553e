/** Section 4: whose record is it? Written as the page reads, with searches instead of union-find. */
import { compareText, visibleRows } from './rows.ts';
import { type RefLink, type Settings, settingsOf, type World } from './types.ts';

/** Everything said about two ids. */
interface Pair {
  ids: [string, string];
  /** Times of the records that carry both. */
  implicit: number[];
  /** The latest explicit one. */
  statement?: RefLink;
}

/** A pair that is linked, and since when. */
interface Link {
  ids: [string, string];
  since: number;
  explicit: boolean;
}

export function personKey(brand_id: string, id: string): string {
  return `${brand_id}\u0000${id}`;
}

/** The person of every id that any record or link carries, by {@link personKey}. */
export function persons(
  world: World,
  as_of: number | null = null,
  settings: Record<string, Partial<Settings>> = {},
): Map<string, string> {
  const seen = visibleRows(world, as_of);
  const rows = [
    ...seen.touchpoints,
    ...seen.conversions,
    ...seen.consents,
    ...seen.customer_segments,
    ...seen.identity_links,
  ];
  const result = new Map<string, string>();
  for (const brand_id of new Set(rows.map((row) => row.brand_id))) {
    const min_probability = settingsOf(settings, brand_id).identity_min_probability;
    for (const [id, name] of personsOfBrand(seen, brand_id, min_probability)) result.set(personKey(brand_id, id), name);
  }
  return result;
}

function personsOfBrand(world: World, brand_id: string, min_probability: number): Map<string, string> {
  const records = [...world.touchpoints, ...world.conversions, ...world.consents].filter(
    (row) => row.brand_id === brand_id,
  );
  const statements = world.identity_links.filter((row) => row.brand_id === brand_id);
  const segments = world.customer_segments.filter((row) => row.brand_id === brand_id);
  const customers = new Set(
    [...records, ...segments].flatMap((row) => (row.customer_id == null ? [] : [row.customer_id])),
  );
  const ids = new Set([
    ...customers,
    ...records.flatMap((row) => (row.anonymous_id == null ? [] : [row.anonymous_id])),
    ...statements.flatMap((row) => [row.left_id, row.right_id]),
  ]);
  const heard = statements.filter((row) => row.state === 'unlinked' || (row.probability ?? 1) >= min_probability);
  const pairs = pairsOf(
    records,
    heard.filter((row) => row.kind !== 'probabilistic'),
  );
  const kinds = (link: Link) => link.ids.filter((id) => customers.has(id)).length;
  // Records do not join customers.
  const all_links = pairs.flatMap(linkOf).filter((link) => kinds(link) < 2 || link.explicit);
  const isShared = (id: string) => all_links.filter(({ ids }) => ids.includes(id)).length > 1_000;
  const shared = new Set(all_links.length > 1_000 ? [...ids].filter(isShared) : []);
  const links = all_links.filter((link) => !link.ids.some((id) => shared.has(id)));
  const proposals = pairsOf(
    [],
    heard.filter((row) => row.kind === 'probabilistic'),
  ).filter(({ ids, statement }) => {
    const said = pairs.find((pair) => pair.ids[0] === ids[0] && pair.ids[1] === ids[1])?.statement;
    const revoked = said?.state === 'unlinked' && compareStatements(said, statement!) > 0;
    return statement!.state !== 'unlinked' && !revoked;
  });

  const joined = links.filter((link) => kinds(link) === 2);
  const grouped = links.filter((link) => kinds(link) === 0);
  const owning = links.filter((link) => kinds(link) === 1);

  // A proposal counts unless one of its ids is anonymous and has a customer already.
  const isOwned = (id: string) =>
    !customers.has(id) && firstOwner(component(id, grouped), owning, customers) !== undefined;
  const proposed = proposals
    .filter((pair) => !pair.ids.some((id) => isOwned(id) || shared.has(id)))
    .map(({ ids, statement }): Link => ({ ids, since: statement!.occurred_at, explicit: true }));
  joined.push(...proposed.filter((link) => kinds(link) === 2));
  grouped.push(...proposed.filter((link) => kinds(link) === 0));
  owning.push(...proposed.filter((link) => kinds(link) === 1));

  const result = new Map<string, string>();
  for (const customer of customers) result.set(customer, smallest(component(customer, joined)));
  for (const id of ids) {
    if (customers.has(id)) continue;
    const group = component(id, grouped);
    const owner = firstOwner(group, owning, customers);
    result.set(id, owner === undefined ? smallest(group) : result.get(owner)!);
  }
  return result;
}

function pairsOf(
  records: { customer_id?: unknown; anonymous_id?: unknown; occurred_at: number }[],
  statements: RefLink[],
) {
  const pairs = new Map<string, Pair>();
  const pairOf = (a: string, b: string): Pair => {
    const ids: [string, string] = a < b ? [a, b] : [b, a];
    const key = JSON.stringify(ids);
    const pair = pairs.get(key) ?? { ids, implicit: [] };
    pairs.set(key, pair);
    return pair;
  };
  for (const { customer_id, anonymous_id, occurred_at } of records) {
    if (typeof customer_id !== 'string' || typeof anonymous_id !== 'string' || customer_id === anonymous_id) continue;
    pairOf(customer_id, anonymous_id).implicit.push(occurred_at);
  }
  for (const statement of statements) {
    const pair = pairOf(statement.left_id, statement.right_id);
    if (!pair.statement || compareStatements(pair.statement, statement) < 0) pair.statement = statement;
  }
  return [...pairs.values()];
}

function compareStatements(a: RefLink, b: RefLink): number {
  return a.occurred_at - b.occurred_at || compareText(a.link_id, b.link_id);
}

/** The link that the pair's statements and records add up to: none or one. */
function linkOf(pair: Pair): Link[] {
  const { statement } = pair;
  const unlinked_at = statement?.state === 'unlinked' ? statement.occurred_at : Number.NEGATIVE_INFINITY;
  const times = pair.implicit.filter((time) => time > unlinked_at);
  const explicit = statement !== undefined && statement.state !== 'unlinked';
  if (explicit) times.push(statement.occurred_at);
  return times.length === 0 ? [] : [{ ids: pair.ids, since: Math.min(...times), explicit }];
}

function component(start: string, links: Link[]): Set<string> {
  const found = new Set([start]);
  for (const id of found) {
    for (const { ids } of links) {
      if (!ids.includes(id)) continue;
      // A set visits what is added while it is walked.
      for (const other of ids) found.add(other);
    }
  }
  return found;
}

function firstOwner(group: Set<string>, owning: Link[], customers: Set<string>): string | undefined {
  const claims = owning
    .filter(({ ids }) => ids.some((id) => group.has(id)))
    .map(({ ids, since }) => ({ since, customer: ids.find((id) => customers.has(id))! }));
  claims.sort((a, b) => a.since - b.since || compareText(a.customer, b.customer));
  return claims[0]?.customer;
}

function smallest(ids: Set<string>): string {
  return [...ids].sort(compareText)[0]!;
}
