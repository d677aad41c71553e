/** The checks on data quality and freshness: what is told, and what is not. */
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { freshnessFinding } from '../../src/monitors/checks/freshness.ts';
import { type Quality, qualityFindings } from '../../src/monitors/checks/quality.ts';

const NOW = Date.UTC(2026, 2, 20);

function quality(records: number, more: Partial<Quality> = {}): Quality {
  return {
    opens: { touchpoints: records, by_machines: records / 10 },
    clicks: { touchpoints: records, by_machines: records / 20 },
    arrivals: [{ record: 'touchpoints', records, over_an_hour_late: 0, ahead_of_clock: 0 }],
    conflicts: [],
    dead_letters: [],
    orders: { orders: records / 10, without_touches: records / 100 },
    refunds: { refunds: records / 100, of_unknown_orders: 0 },
    unknown_campaigns: [],
    spend_without_touches: [],
    ...more,
  };
}
const before = quality(28_000);
const told = (more: Partial<Quality>) => qualityFindings(quality(1_000, more), before, NOW).map(({ check }) => check);

test('nothing is told of a day like the others, nor of a few cases', () => {
  expect(told({})).toEqual([]);
  expect(told({ conflicts: [{ record: 'touchpoints', conflicts: 4 }] })).toEqual([]);
  expect(told({ opens: { touchpoints: 1_000, by_machines: 120 } })).toEqual([]);
});

test.each<[string, Partial<Quality>]>([
  ['bot_share', { opens: { touchpoints: 1_000, by_machines: 400 } }],
  ['duplicates', { conflicts: [{ record: 'touchpoints', conflicts: 60 }] }],
  ['not_stored', { dead_letters: [{ record: 'touchpoints', dead_letters: 60 }] }],
  ['unmatched_orders', { orders: { orders: 100, without_touches: 60 } }],
  ['refunds_without_orders', { refunds: { refunds: 10, of_unknown_orders: 6 } }],
  ['unknown_campaigns', { unknown_campaigns: [{ campaign_id: 'sprnig', touchpoints: 40 }] }],
  ['spend_without_touches', { spend_without_touches: [{ campaign_id: 'brand-search' }] }],
  ['clock_skew', { arrivals: [{ record: 'touchpoints', records: 1_000, over_an_hour_late: 0, ahead_of_clock: 80 }] }],
  [
    'late_records',
    { arrivals: [{ record: 'touchpoints', records: 1_000, over_an_hour_late: 300, ahead_of_clock: 0 }] },
  ],
])('%s is told, with figures and a next step', (check, more) => {
  const found = qualityFindings(quality(1_000, more), before, NOW);
  expect(found.map((finding) => finding.check)).toEqual([check]);
  expect(found[0]!.summary).toMatch(/\d/);
  expect(found[0]!.next_step.length).toBeGreaterThan(20);
});

test('a thin stream is told of when it is silent for more than twice as long as ever', () => {
  const values = new Float64Array(1_000);
  for (let hour = 0; hour < 900; hour += 10) values[hour] = 1;
  const series = {
    metric: 'orders',
    subject: null,
    unit: 1,
    series: { values, slots: new Uint8Array(1_000) },
  } as const;
  expect(freshnessFinding(series, 905, 0)).toBeNull();
  expect(freshnessFinding(series, 908, 0)).toBeNull();
  expect(freshnessFinding(series, 909, 0)!.evidence).toMatchObject({ silent_hours: 19, longest_silence_hours: 9 });
});

test.each([
  [{ kind: 'email', to: ['a@b.example'] }, /mail server/],
  [{ kind: 'webhook', url: 'https://hooks.example/' }, /signing_secret: is needed/],
  [{ kind: 'slack', url: 'http://10.0.0.1/' }, /url: begins with http/],
  [{ kind: 'slack', url: 'https://127.0.0.1/' }, /not public/],
  [{ kind: 'slack', url: { env: 'SLACK_URL' } }, /SLACK_URL is not set/],
])('an alert that cannot work is refused at the start: %j', (alert, message) => {
  expect(() => makeConfig({ monitors: { alerts: { team: alert } } })).toThrow(message);
});
