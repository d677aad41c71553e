/** The promise of moving: the same events give the same report on either engine, byte for byte. */
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { optionParameters } from '../../src/attribution/query-options.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { CampaignReportParameters, campaignReport } from '../../src/reports/campaign.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import { CustomerParameters, customerReport } from '../../src/reports/customer.ts';
import { GROUP_KEY_NAMES } from '../../src/reports/groups.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { ReceiptParameters, receiptReport } from '../../src/reports/receipt.ts';
import type { Settings } from '../reference/reference.ts';
import { optionsArbitrary, type WireWorld, worlds } from '../reference/worlds.ts';
import { type Ask, type BatchSizes, type Settled, withWorld, withWorlds } from '../support/engine-pair.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { runsOf } from '../support/tier.ts';
import { parametersOf, settingsOf } from '../support/worlds.ts';

/** Each world is asked this many random questions. */
const WORLDS = runsOf('TRIBUTARY_ENGINE_WORLDS', 4, 16);
const QUESTIONS = 5;
/** So many worlds share a database; one in {@link OWN_DATABASE} has its own, and is asked without an as_of. */
const TOGETHER = 20;
const OWN_DATABASE = 20;
/** The cross of reports and options: one question in so many, and all of them in `npm run parity`. */
const CROSS_WORLDS = runsOf('TRIBUTARY_CROSS_WORLDS', 1, 1);
const CROSS_STRIDE = runsOf('TRIBUTARY_CROSS_STRIDE', 151, 53);
const MODELS = ['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based', 'newest_emails'];
const GROUPS = [
  'channel,campaign_id,email_id',
  'channel,campaign_id',
  'campaign_id,week',
  'touchpoint_type,day',
  'brand,week',
  'month,device_type',
  'segment,conversion_type',
  'segment,channel,week',
  'customer_kind,channel',
  'customer_kind,segment,month',
];

const attribution =
  (parameters: object): Ask =>
  (context, as_of) =>
    attributionReport(context, { ...parameters, ...as_of }, ALL_BRANDS);

const questions = fc.array(
  fc.tuple(optionsArbitrary, fc.constantFrom(...GROUPS), fc.shuffledSubarray(MODELS, { minLength: 1, maxLength: 3 })),
  { minLength: QUESTIONS, maxLength: QUESTIONS },
);

describe.skipIf(inject('clickhouse_url') === '')('on DuckDB and on ClickHouse', () => {
  test(`${WORLDS} random worlds give the same report to the byte, ${QUESTIONS} questions each`, async () => {
    const seed = Number(process.env['FC_SEED'] ?? 42);
    const samples = fc
      .sample(fc.tuple(worlds({ conflicts: true }), questions), { numRuns: WORLDS, seed })
      .map(([world, asked], no) => ({ no, world, asked }));
    let answered = 0;
    const askAll = async ({ no, asked }: (typeof samples)[number], settled: Settled): Promise<void> => {
      for (const [options, group_by, models] of asked) {
        const parameters = { ...parametersOf(options, models), group_by };
        configure(settled, options.settings ?? {});
        if (await settled.agree(attribution(parameters), `world ${no} of seed ${seed}: ${JSON.stringify(parameters)}`))
          answered += 1;
      }
    };
    const own = samples.filter(({ no }) => no % OWN_DATABASE === 0);
    await inLanes(own, (sample) =>
      withWorld(sample.world, batchSizes(sample.no / OWN_DATABASE), (settled) => askAll(sample, settled)),
    );
    const others = samples.filter(({ no }) => no % OWN_DATABASE !== 0);
    for (let from = 0; from < others.length; from += TOGETHER) {
      const together = others.slice(from, from + TOGETHER);
      const loaded = together.map(({ world }) => world);
      await withWorlds(loaded, batchSizes(from / TOGETHER), (settled) =>
        inLanes(together, (sample, i) => askAll(sample, settled[i]!)),
      );
    }
    expect(answered).toBeGreaterThan((WORLDS * QUESTIONS) / 3);
  });

  test(`every report agrees under every option (one question in ${CROSS_STRIDE})`, async () => {
    const samples = fc.sample(worlds({ conflicts: true }), { numRuns: CROSS_WORLDS, seed: 7 });
    for (const [i, world] of samples.entries()) {
      await withWorld(world, batchSizes(i), async (settled) => {
        configure(settled, {});
        const asked = cross(world).filter((_, q) => (q + i) % CROSS_STRIDE === 0);
        expect(asked.length).toBeGreaterThan(5);
        await inLanes(asked, async ([name, ask]) => void (await settled.agree(ask, `world ${i}: ${name}`)));
      });
    }
  });
});

function batchSizes(i: number): BatchSizes {
  return [500, i % 2 === 0 ? 500 : 17];
}

/** Worlds beside each other: a small question waits for the server more than it works. */
const LANES = 3;

async function inLanes<T>(items: readonly T[], work: (item: T, i: number) => Promise<void>): Promise<void> {
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [i, item] of queue) await work(item, i);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Every report under every combination of options, with every grouping and every model. */
function cross(world: WireWorld): Array<[string, Ask]> {
  const flags = optionParameters('touches', 'refunds') as unknown as Record<string, { enum: string[] }>;
  let combinations: Array<Record<string, string>> = [{ start: '2020-01-01', end: '2030-01-01' }];
  for (const [name, { enum: values }] of Object.entries(flags))
    combinations = combinations.flatMap((options) => values.map((value) => ({ ...options, [name]: value })));
  const distinct = (record: keyof WireWorld, field: string): string[] =>
    [...new Set(world[record].map((event) => (event as Record<string, unknown>)[field]))].filter(
      (value): value is string => typeof value === 'string',
    );
  const campaigns = [...new Set([...distinct('touchpoints', 'campaign_id'), ...distinct('spend', 'campaign_id')])];
  const models = MODELS.join(',');
  const questions = combinations.flatMap(
    (options): Array<[object, Ask]> => [
      ...[...GROUPS, ...GROUP_KEY_NAMES].map((group_by): [object, Ask] => [
        { group_by, ...options },
        attribution({ ...options, group_by, models }),
      ]),
      ...MODELS.map((model): [object, Ask] => [{ model, ...options }, attribution({ ...options, model })]),
      [{ report: 'journeys', ...options }, (context) => journeysReport(context, options, ALL_BRANDS)],
      [{ report: 'campaigns', ...options }, (context) => campaignsReport(context, options, ALL_BRANDS)],
      ...campaigns.map((id): [object, Ask] => {
        const asked = known(CampaignReportParameters, options);
        return [{ report: 'campaign', id, ...asked }, (context) => campaignReport(context, id, asked, ALL_BRANDS)];
      }),
      ...distinct('conversions', 'conversion_id').map((id): [object, Ask] => {
        const asked = known(ReceiptParameters, { ...options, models });
        return [{ report: 'receipt', id, ...asked }, (context) => receiptReport(context, id, asked, ALL_BRANDS)];
      }),
      ...distinct('conversions', 'customer_id').flatMap((id) =>
        MODELS.map((model): [object, Ask] => {
          const asked = known(CustomerParameters, { ...options, model });
          return [{ report: 'customer', id, ...asked }, (context) => customerReport(context, id, asked, ALL_BRANDS)];
        }),
      ),
    ],
  );
  // A report that does not have an option is asked once and not under each of its values.
  return [...new Map(questions.map(([name, ask]) => [JSON.stringify(name), ask]))];
}

/** Those of the options that a report has. */
function known(report: { properties: object }, options: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(report.properties, name)));
}

function configure({ engines, brands }: Settled, settings: Record<string, Partial<Settings>>): void {
  const custom_models = { newest_emails: "case when channel = 'email' then exp(-age_days / 3) * k / n else 0.5 end" };
  for (const [name, brand_id] of Object.entries(brands))
    for (const engine of engines) engine.settings.set(brand_id, { ...settingsOf(settings[name] ?? {}), custom_models });
}
