/** How much a report asks of the warehouse: each statement is a round trip on a server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { customerReport } from '../../src/reports/customer.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { at, MARCH } from '../support/time.ts';
import { counting } from '../support/watched.ts';

const EVENTS: WireEvent[] = [
  ...[1, 2, 3].map((day): WireEvent => ({ record: 'touchpoints', event: touch(`t${day}`, 'paid_ad_click', at(day)) })),
  { record: 'conversions', event: order('o', '10.00', at(4)) },
  {
    record: 'spend',
    event: { date: '2026-03-02', channel: 'paid_search', campaign_id: 'C', amount: '5', currency: 'USD' },
  },
];
const FILTERED = { ...MARCH, filter: ['channel:paid_search', 'campaign_id:C', 'brand_id:default'] };

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open();
  await engine.load(EVENTS);
});
afterAll(() => engine.close());

const REPORTS: Array<
  [name: string, statements: number, tables: number, ask: (context: ReportContext) => Promise<object>]
> = [
  ['attribution', 24, 14, (context) => attributionReport(context, MARCH, ALL_BRANDS)],
  [
    'attribution by campaign and month, filtered',
    43,
    25,
    (context) => attributionReport(context, { ...FILTERED, group_by: 'campaign_id,month' }, ALL_BRANDS),
  ],
  // The emails of the campaigns are read beside their credit.
  ['campaigns', 38, 18, (context) => campaignsReport(context, MARCH, ALL_BRANDS)],
  ['journeys', 23, 14, (context) => journeysReport(context, MARCH, ALL_BRANDS)],
  ['receipt', 23, 12, (context) => receiptReport(context, 'o', {}, ALL_BRANDS)],
  ['customer', 36, 16, (context) => customerReport(context, 'ann', {}, ALL_BRANDS)],
];

describe('the statements of a report', () => {
  test.each(REPORTS)('%s: at most %i, over %i tables', async (_name, statements, tables, ask) => {
    // The first read joins persons from the log; they are kept.
    await ask(engine.reports);
    const { warehouse, counted } = counting(engine.reports.warehouse);
    await ask({ ...engine.reports, warehouse });
    expect({ statements: counted.statements, tables: [...counted.tables] }).toMatchObject({
      statements: expect.toSatisfy((n: number) => n <= statements),
      tables: expect.toSatisfy((names: string[]) => names.length <= tables),
    });
  });
});
