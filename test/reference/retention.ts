/**
 * Section 24 of docs/semantics.md: the world in which the old records were never sent. Written without looking at the SQL. Statements stay
 * here however old they are, since those that go decide nothing. What joined the ids of removed records is sent as consents that say
 * nothing of measurement, one for every record.
 */
import type { ConsentInput } from '../../src/domain/consent/consent.ts';
import { serverTime, type WireConversion, type WireWorld } from './wire.ts';

export interface RefEdges {
  touchpoints: number | null;
  orders: number | null;
  spend: string | null;
}

interface Who {
  brand_id?: string;
  customer_id?: string;
  anonymous_id?: string;
}

const brandOf = ({ brand_id }: { brand_id?: string }): string => brand_id ?? 'default';
const isOld = (at_ms: number, edge_ms: number | null): boolean => edge_ms !== null && at_ms < edge_ms;

/** Which orders go: groups of conversions that share an order id or, of pages and servers, the id of a conversion. */
function goneConversions(wire: WireWorld, edgesOf: (brand_id: string) => RefEdges): Set<WireConversion> {
  const orderOf = (row: WireConversion): string =>
    JSON.stringify([
      brandOf(row),
      row.order_id ?? null,
      row.order_id === undefined ? [row.conversion_id, row.from_page ?? false] : null,
    ]);
  const old = (row: WireConversion): boolean => isOld(serverTime(row), edgesOf(brandOf(row)).orders);
  const gone = new Set<WireConversion>();
  for (const row of wire.conversions) {
    const parts = wire.conversions.filter((other) => orderOf(other) === orderOf(row));
    const ids = new Set(
      parts.flatMap((part) => [part.conversion_id!, ...(part.order_id === undefined ? [] : [part.order_id])]),
    );
    const changes = wire.adjustments.filter(
      (one) =>
        brandOf(one) === brandOf(row) &&
        [one.order_id, one.conversion_id].some((id) => id !== undefined && ids.has(id)),
    );
    const from_pages = wire.conversions.filter(
      (other) =>
        other.from_page === true &&
        brandOf(other) === brandOf(row) &&
        parts.some((part) => part.from_page !== true && part.conversion_id === other.conversion_id),
    );
    const { orders } = edgesOf(brandOf(row));
    if ([...parts, ...from_pages].every(old) && changes.every((one) => isOld(Date.parse(one.occurred_at), orders)))
      gone.add(row);
  }
  return gone;
}

export function withoutOld(wire: WireWorld, edgesOf: (brand_id: string) => RefEdges): WireWorld {
  const gone = goneConversions(wire, edgesOf);
  const stays = wire.conversions.filter((row) => !gone.has(row));
  const adjustments = wire.adjustments.filter((one) => {
    const names = (row: WireConversion): boolean =>
      brandOf(row) === brandOf(one) &&
      (one.conversion_id === undefined ? row.order_id === one.order_id : row.conversion_id === one.conversion_id);
    if (stays.some(names)) return true;
    return !wire.conversions.some(names) && !isOld(Date.parse(one.occurred_at), edgesOf(brandOf(one)).orders);
  });
  const old_touches = wire.touchpoints.filter((row) => isOld(serverTime(row), edgesOf(brandOf(row)).touchpoints));
  const joined = [...old_touches, ...gone]
    .filter(({ customer_id }) => customer_id !== undefined)
    .map((row, i): ConsentInput => {
      const { brand_id, customer_id, anonymous_id } = row as Who;
      return {
        consent_id: `joined-${i}`,
        ...(brand_id === undefined ? {} : { brand_id }),
        customer_id: customer_id!,
        ...(anonymous_id === undefined ? {} : { anonymous_id }),
        purposes: { sharing: true },
        occurred_at: new Date(serverTime(row)).toISOString(),
      };
    });
  return {
    ...wire,
    touchpoints: wire.touchpoints.filter((row) => !old_touches.includes(row)),
    conversions: stays,
    adjustments,
    spend: wire.spend.filter((row) => !((edgesOf(brandOf(row)).spend ?? '') > row.date)),
    consents: [...wire.consents, ...joined],
  };
}
