/** SQL for what lies before the edges, over the names of the columns. */
import { assert } from '../../domain/errors.ts';
import { recordKind } from '../../domain/index.ts';
import { brandProblem } from '../../domain/record.ts';
import { formatDate, MS_PER_DAY } from '../../domain/time.ts';
import type { TableName } from '../../warehouse/schema.ts';
import type { Edges } from './edges.ts';
import type { Retained } from './policy.ts';

/** The form of a brand id has no quote. */
export function brandText(brand_id: string): string {
  assert(brandProblem(brand_id) === undefined, `${JSON.stringify(brand_id)} cannot stand in SQL`);
  return `'${brand_id}'`;
}

/** SQL that is true where `isBefore` is, by the edge of the brand. It is never null if `isBefore` is not. */
function byBrand({ defaults, brands }: Edges, name: Retained, isBefore: (edge_ms: number) => string): string {
  const named = new Map<number | null, string[]>();
  for (const [brand_id, { [name]: edge_ms }] of brands)
    named.set(edge_ms, [...(named.get(edge_ms) ?? []), brandText(brand_id)]);
  const all = Array.from(brands.keys(), brandText);
  const ways = Array.from(named, ([edge_ms, ids]) =>
    edge_ms === null ? [] : [`(brand_id in (${ids.join(', ')}) and ${isBefore(edge_ms)})`],
  ).flat();
  if (defaults[name] !== null) {
    const others = all.length === 0 ? '' : `brand_id not in (${all.join(', ')}) and `;
    ways.push(`(${others}${isBefore(defaults[name])})`);
  }
  return ways.length === 0 ? '1 = 0' : `(${ways.join(' or ')})`;
}

/** True for rows whose column with an instant lies before the edge. */
export const instantBefore = (edges: Edges, name: Retained, column: string): string =>
  byBrand(edges, name, (edge_ms) => `${column} < instant(${edge_ms})`);

/** The same for the rows of a table of records, by the time of the record. */
export function isAged(edges: Edges, name: Retained, table: TableName & Parameters<typeof recordKind>[0]): string {
  const { instant_field } = recordKind(table);
  if (instant_field !== undefined) return instantBefore(edges, name, instant_field);
  return byBrand(edges, name, (edge_ms) => `date < '${formatDate(Math.floor(edge_ms / MS_PER_DAY))}'`);
}

/** True for rows of which an instant in milliseconds, as SQL, lies at or before the edge of a kind. */
export const atOrBeforeEdge = (edges: Edges, name: Retained, instant: string): string =>
  byBrand(edges, name, (edge_ms) => `${instant} <= int64(${edge_ms})`);
