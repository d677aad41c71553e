/**
 * What a person did who has withdrawn is in no report and in no fit: every declared report answers as if it had never been sent. Both
 * ways, by the query and from memory, on the engine under test.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brandGroups } from '../../src/domain/brand-groups.ts';
import { consentPolicy } from '../../src/domain/consent/policy.ts';
import { DEFAULT_BRAND_SETTINGS } from '../../src/domain/settings.ts';
import { formatInstant, MS_PER_DAY } from '../../src/domain/time.ts';
import type { Histories } from '../../src/histories/histories.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { REPORTS } from '../../src/reports/index.ts';
import { filled } from '../support/both-ways.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { END_MS, PERIOD, shopEvents } from './fit-shop.ts';

const CUSTOMERS = 120;
const daysBeforeEnd = (days: number): string => formatInstant(END_MS - days * MS_PER_DAY);

/** What is asked of each report. A report that is not here fails the first test. */
const ASKED: Record<string, Array<Record<string, string>> | 'of runs' | 'of artifacts'> = {
  attribution: [
    { ...PERIOD, models: 'linear,last_touch', group_by: 'channel,campaign_id' },
    { ...PERIOD, model: 'linear', group_by: 'email_id', compare: 'previous_period' },
    { ...PERIOD, model: 'linear', group_by: 'channel', intervals: 'true' },
  ],
  changes: [{ ...PERIOD, model: 'linear', group_by: 'channel' }],
  credits: [{ ...PERIOD, model: 'linear' }],
  consolidated: [PERIOD],
  cross_brand: [PERIOD, { ...PERIOD, model: 'last_touch' }],
  today: [PERIOD],
  advice: [PERIOD],
  models: [{ ...PERIOD, models: 'linear,time_decay', draws: '10' }],
  journeys: [PERIOD],
  paths: [PERIOD],
  lags: [PERIOD],
  synergies: [PERIOD],
  orders: [PERIOD],
  campaigns: [PERIOD, { ...PERIOD, group_by: 'email_id' }],
  campaign: [{ campaign_id: 'spring', ...PERIOD }],
  list_health: [PERIOD],
  fatigue: [PERIOD],
  send_times: [PERIOD],
  claims: [PERIOD],
  cohorts: [PERIOD],
  lifetime_value: [PERIOD],
  receipt: [{ conversion_id: 'of-ann' }, { conversion_id: 'of-ann-too' }],
  customer: [{ customer_id: 'ann', brand_id: 'default' }],
  data_quality: [PERIOD],
  incrementality: [PERIOD, { ...PERIOD, by: 'channel' }],
  closest_models: [PERIOD],
  send_effects: [PERIOD],
  // Its rows are those of `experiment`, and the shop has no experiment that is over.
  experiment_calibration: [],
  fit: [
    { ...PERIOD, model: 'markov', draws: '5' },
    { ...PERIOD, model: 'shapley', draws: '5' },
    { ...PERIOD, model: 'algorithmic', draws: '5' },
  ],
  experiment: [{ experiment_id: 'newsletters' }],
  // They show what was answered at the position of the run or fit.
  runs: 'of runs',
  comparison: 'of runs',
  freeze: 'of runs',
  fitted: 'of artifacts',
  card: 'of artifacts',
  artifact_comparison: 'of artifacts',
  pins: 'of artifacts',
  fits: 'of artifacts',
};

const sent = (record: WireEvent['record'], ...events: unknown[]): WireEvent[] =>
  events.map((event) => ({ record, event }));

/** Orders and mails of Ann, and what she said: the shop did these, or she told it. */
const ANN: WireEvent[] = [
  ...sent('consents', { customer_id: 'ann', purposes: { measurement: true }, occurred_at: daysBeforeEnd(50) }),
  ...sent('consents', { customer_id: 'ann', purposes: { measurement: false }, occurred_at: daysBeforeEnd(2) }),
  ...[40, 30, 20].flatMap((days) =>
    sent(
      'email_events',
      mail('sent', 'ann', { message_id: `m${days}`, occurred_at: daysBeforeEnd(days) }),
      mail('delivered', 'ann', { message_id: `m${days}`, occurred_at: daysBeforeEnd(days) }),
    ),
  ),
  ...sent('conversions', order('of-ann', '120', daysBeforeEnd(15)), order('of-ann-too', '80', daysBeforeEnd(5))),
  ...['default', 'outlet'].flatMap((brand_id) =>
    sent('consents', { brand_id, customer_id: 'ann', purposes: { sharing: true }, occurred_at: daysBeforeEnd(50) }),
  ),
  ...sent('conversions', order('of-ann-outlet', '60', daysBeforeEnd(10), { brand_id: 'outlet' })),
  ...sent('experiments', {
    experiment_id: 'newsletters',
    name: 'Do newsletters do anything?',
    scope: 'campaign',
    arms: { holdout: 0.5, treated: 0.5 },
    control: 'holdout',
    starts_at: daysBeforeEnd(45),
    ends_at: daysBeforeEnd(1),
    planned_people: 10,
  }),
  ...sent('assignments', {
    experiment_id: 'newsletters',
    arm: 'treated',
    customer_id: 'ann',
    occurred_at: daysBeforeEnd(44),
  }),
  ...sent('touchpoints', touch('dull', 'direct_visit', daysBeforeEnd(45))),
];

/** What was measured of her. */
const SECRET: WireEvent[] = [40, 30, 20].flatMap((days) =>
  sent(
    'touchpoints',
    touch(`secret-open-${days}`, 'email_open', daysBeforeEnd(days - 0.1), {
      ...{ message_id: `m${days}`, campaign_id: 'spring', email_id: 'e1' },
    }),
    touch(`secret-click-${days}`, 'email_click', daysBeforeEnd(days - 0.2), {
      ...{ message_id: `m${days}`, campaign_id: 'spring', email_id: 'e1' },
    }),
    touch(`secret-ad-${days}`, 'paid_ad_click', daysBeforeEnd(days - 5), { channel: 'secret-channel' }),
    touch(`secret-machine-${days}`, 'email_open', daysBeforeEnd(days - 6), {
      verdict: 'machine',
      campaign_id: 'spring',
    }),
    touch(`secret-page-${days}`, 'page_view', daysBeforeEnd(days - 7), { campaign_id: 'secret-campaign' }),
  ),
);

const consent = consentPolicy(undefined, { measurement: 'opt_out', after_withdrawal: 'hide_all' })!;

interface Shop {
  engine: Engine;
  histories: Histories;
}
const worlds: Record<'with' | 'without', Shop | undefined> = { with: undefined, without: undefined };

async function open(events: readonly WireEvent[]): Promise<Shop> {
  const engine = await Engine.open();
  engine.settings.set('default', { ...DEFAULT_BRAND_SETTINGS, consent });
  // What was measured comes last, so all other rows have the same positions in both worlds.
  await engine.load([...shopEvents(CUSTOMERS), ...ANN, ...events]);
  return { engine, histories: (await filled(engine.reports))! };
}

beforeAll(async () => {
  worlds.with = await open(SECRET);
  worlds.without = await open([]);
}, 120_000);
afterAll(async () => {
  await worlds.with?.engine.close();
  await worlds.without?.engine.close();
});

/** Parts of an answer that tell of the log or the clock, and not of what a person did. */
const OF_THE_LOG = [
  'as_of',
  'generated_at',
  'artifact_id',
  'training_ms',
  'config_hash',
  'touchpoints_hidden_by_consent',
];
/** How late the records of the log came: it watches the senders, and tells only how many records came on a day. */
const OF_THE_SENDERS = ['arrivals'];

function told(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(told);
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer)
      .filter(([name]) => !OF_THE_LOG.includes(name) && !OF_THE_SENDERS.includes(name))
      .map(([name, value]) => [name, told(value)]),
  );
}

async function answerOf(name: string, { engine, histories }: Shop, asked: Record<string, string>, in_memory: boolean) {
  const report = REPORTS.find((one) => one.name === name)!;
  const brand_groups = brandGroups([], [['default', 'outlet']]);
  const context: ReportContext = {
    ...engine.reports,
    brand_groups,
    ...(in_memory && { histories: async () => histories }),
  };
  return report.run(context, asked, ALL_BRANDS).then(told, (error: Error) => `refused: ${error.message}`);
}

describe('what was measured of a person who has withdrawn', () => {
  test('is asked of every report that is declared', () => {
    expect(Object.keys(ASKED).sort()).toEqual(REPORTS.map(({ name }) => name).sort());
  });

  const questions = Object.entries(ASKED).flatMap(([name, asked]) =>
    Array.isArray(asked) ? asked.map((one) => [name, one] as const) : [],
  );
  test.each(questions)(
    'is not in %s %j',
    async (name, asked) => {
      for (const in_memory of [false, true]) {
        const answer = await answerOf(name, worlds.with!, asked, in_memory);
        expect(answer).toEqual(await answerOf(name, worlds.without!, asked, in_memory));
        expect(typeof answer).toBe('object');
        expect(JSON.stringify(answer)).not.toContain('secret');
      }
    },
    120_000,
  );

  test('would be in them without the withdrawal', async () => {
    const shop = worlds.with!;
    const { settings } = shop.engine;
    for (const [name, asked] of questions) {
      if (
        !['attribution', 'cross_brand', 'campaigns', 'list_health', 'receipt', 'customer', 'data_quality'].includes(
          name,
        )
      )
        continue;
      const hidden = await answerOf(name, shop, asked, true);
      settings.set('default', DEFAULT_BRAND_SETTINGS);
      expect(await answerOf(name, shop, asked, true)).not.toEqual(hidden);
      settings.set('default', { ...DEFAULT_BRAND_SETTINGS, consent });
    }
  }, 240_000);
});
