/** The rows behind a sum: they add up to the attribution report with the same question, and stand in the log where they say. */
import { expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { creditRows } from '../../src/reports/lineage/credit-rows.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { onWorlds } from '../support/path-worlds.ts';
import type { Json } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { untilShown } from '../support/until-shown.ts';
import { expectToFit } from './schema.ts';

const RUNS = runsOf('TRIBUTARY_CREDIT_ROW_RUNS', 6, 20);

const PAGE_MARK = 'page\u001f';

test(
  'rows of random worlds add up to the attribution report, channel by channel, under the same filters',
  () =>
    untilShown(async () => {
      let compared = 0;
      await onWorlds(RUNS, async ({ context, parameters }) => {
        for (const model of ['linear', 'position_based']) {
          const question = { ...parameters, model };
          const attribution = (await attributionReport(context, { ...question, group_by: 'channel' }, ALL_BRANDS).catch(
            (error: Error) => error.message,
          )) as Json;
          const asked = { ...question, limit: 10_000 };
          if (typeof attribution === 'string') {
            await expect(creditRows.run(context, asked, ALL_BRANDS)).rejects.toThrow(attribution);
            continue;
          }
          const report = (await creditRows.run(context, asked, ALL_BRANDS)) as Json;
          expectToFit(creditRows, report, asked);
          expect(report.credits.length).toBe(report.found_credits);
          const credited = report.credits.filter(({ reason }: Json) => reason === null);
          const sums = new Map<string, bigint>();
          for (const { channel, attributed_revenue_micros: micros } of credited)
            sums.set(channel, (sums.get(channel) ?? 0n) + BigInt(micros));
          for (const { channel, attributed_revenue_micros } of attribution.channel_attribution)
            expect([channel, String(sums.get(channel) ?? 0n)]).toEqual([channel, attributed_revenue_micros]);
          expect(report.totals.attributed_revenue_micros).toBe(attribution.reconciliation.attributed_micros);
          const left = report.credits.filter(({ reason }: Json) => reason !== null);
          const by_reason: Record<string, bigint> = {};
          for (const { reason, attributed_revenue_micros: micros } of left)
            by_reason[reason] = (by_reason[reason] ?? 0n) + BigInt(micros);
          for (const [reason, micros] of Object.entries(by_reason))
            expect([reason, String(micros)]).toEqual([reason, attribution.reconciliation.unattributed_micros[reason]]);
          await expectInLog(context, report.credits);
          compared += report.found_credits;
        }
      });
      return compared;
    }),
  300_000,
);

/** The rows of the log that the answer names hold these ids. */
async function expectInLog({ warehouse }: ReportContext, credits: readonly Json[]): Promise<void> {
  const idsOf = async (table: string, id: string): Promise<Map<string, unknown>> => {
    const rows = await warehouse.read((snapshot) =>
      snapshot.query(`select collector_id, log_seq, ${id} as id from ${table}`),
    );
    // Ids that a page sent are stored apart from those of servers.
    const idOf = (stored: unknown): string => String(stored).split(PAGE_MARK).at(-1)!;
    return new Map(rows.map((row) => [`${row['collector_id']}:${row['log_seq']}`, idOf(row['id'])]));
  };
  const orders = await idsOf('conversions', 'conversion_id');
  const touches = await idsOf('touchpoints', 'touchpoint_id');
  for (const { conversion_id, order_row, touchpoint_id, touchpoint_row } of credits) {
    expect(orders.get(`${order_row.collector_id}:${order_row.log_seq}`)).toBe(conversion_id);
    if (touchpoint_id !== null)
      expect(touches.get(`${touchpoint_row.collector_id}:${touchpoint_row.log_seq}`)).toBe(touchpoint_id);
  }
}
