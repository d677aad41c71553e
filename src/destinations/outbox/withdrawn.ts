/** Orders that a destination was told about, of people who do not consent any more. Somebody has to take them back there by hand. */
import { namedId } from '../../attribution/page-conversions.ts';
import type { ReportContext } from '../../reports/context.ts';
import type { State } from '../../state/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill } from '../../warehouse/relation.ts';
import type { ConversionMessage } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';
import { readTold } from './feed.ts';
import { TOLD_CONVERSIONS } from './relations.ts';
import { readUntaken } from './standing.ts';
import { withholding } from './withheld.ts';

/** Orders that are looked at together. */
const TOGETHER = 5_000;

export interface WithdrawnOrder {
  conversion_id: string;
  /** The last revision that was meant for the destination. */
  revision: number;
  reason: string;
}

/** @param most so many orders are listed; all are counted. */
export async function withdrawnOrders(
  reports: Pick<ReportContext, 'warehouse' | 'directory' | 'settings' | 'timeout_ms'>,
  state: State,
  { id, brand_id }: Pick<DestinationSettings, 'id' | 'brand_id'>,
  most: number,
): Promise<{ orders: WithdrawnOrder[]; total: number }> {
  const told = await readTold(state, id);
  const ids = [...told.keys()];
  const withhold = withholding(reports);
  const found: WithdrawnOrder[] = [];
  let total = 0;
  for (let from = 0; from < ids.length; from += TOGETHER) {
    const people = await peopleOf(reports, brand_id, ids.slice(from, from + TOGETHER));
    for (const [place, reason] of await withhold(people, { brand_id })) {
      const { conversion_id } = people[place]!;
      if ((await readUntaken(state, id, conversion_id)) !== undefined) continue;
      total += 1;
      if (found.length < most) found.push({ conversion_id, revision: told.get(conversion_id)!.revision, reason });
    }
  }
  return { orders: found, total };
}

/** The people of some conversions, in the place of messages. */
function peopleOf(
  { warehouse, timeout_ms }: Pick<ReportContext, 'warehouse' | 'timeout_ms'>,
  brand_id: string,
  ids: readonly string[],
): Promise<ConversionMessage[]> {
  return warehouse.read(
    async (snapshot) => {
      await fill(
        snapshot,
        TOLD_CONVERSIONS,
        ids.map((conversion_id) => ({ conversion_id })),
      );
      const rows = await snapshot.query(
        `with named as (
           select ${namedId('c')} as named_id, c.customer_id as customer_id, c.anonymous_id as anonymous_id from conversions c where c.brand_id = $brand_id)
         select n.named_id as conversion_id, min(n.customer_id) as customer_id, min(n.anonymous_id) as anonymous_id from named n
         where n.named_id in (select conversion_id from ${TOLD_CONVERSIONS.name}) group by n.named_id order by conversion_id`,
        { brand_id },
      );
      const read = readAll(rows, { conversion_id: 'text', customer_id: 'text?', anonymous_id: 'text?' });
      return read.map((row) => ({ kind: 'conversion', ...row }) as ConversionMessage);
    },
    { timeout_ms },
  );
}
