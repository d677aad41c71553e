/** Consent in reports, computed by hand: before and after a withdrawal, as of earlier positions, over the ids of a person. */
import { expect, test } from 'vitest';
import { type ConsentPolicy, consentPolicy, type GivenConsentPolicy } from '../../src/domain/consent/policy.ts';
import { DEFAULT_BRAND_SETTINGS } from '../../src/domain/settings.ts';
import { showReport } from '../../src/present/tables.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { customerReport } from '../../src/reports/customer.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import { askBoth } from '../support/both-ways.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import type { Json } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const policy = (given: GivenConsentPolicy): ConsentPolicy => consentPolicy(undefined, given)!;
const said = (day: number, measurement: boolean, rest: object = {}): WireEvent => ({
  record: 'consents',
  event: { customer_id: 'ann', purposes: { measurement }, occurred_at: at(day), ...rest },
});
const touched = (...parameters: Parameters<typeof touch>): WireEvent => ({
  record: 'touchpoints',
  event: touch(...parameters),
});
const ordered = (...parameters: Parameters<typeof order>): WireEvent => ({
  record: 'conversions',
  event: order(...parameters),
});

async function withLog(
  consent: ConsentPolicy | undefined,
  events: readonly WireEvent[],
  work: (engine: Engine, as_of: string) => Promise<void>,
): Promise<void> {
  const engine = await Engine.open();
  try {
    if (consent !== undefined) engine.settings.set('default', { ...DEFAULT_BRAND_SETTINGS, consent });
    await work(engine, await engine.load(events));
  } finally {
    await engine.close();
  }
}

/** What each channel earned, and what nobody did, by the query and from histories. */
async function earned(engine: Engine, as_of?: string): Promise<Record<string, string>> {
  const parameters = { ...MARCH, model: 'linear', group_by: 'channel', ...(as_of === undefined ? {} : { as_of }) };
  const { text } = await askBoth(engine.reports, parameters);
  const report = JSON.parse(text) as Json;
  const { net_revenue_micros, attributed_micros, unattributed_micros } = report.reconciliation;
  const rest = Object.entries<string>(unattributed_micros);
  const sum = rest.reduce((all, [, micros]) => all + BigInt(micros), BigInt(attributed_micros));
  expect(sum).toBe(BigInt(net_revenue_micros));
  const rows = report.channel_attribution.map((row: Json) => [row.channel, row.attributed_revenue_micros]);
  return Object.fromEntries(
    [...rows, ...rest].flatMap(([name, micros]) => (micros === '0' ? [] : [[name, String(Number(micros) / 1e6)]])),
  );
}

const STORY: WireEvent[] = [
  touched('email', 'email_click', at(1), { channel: 'email' }),
  touched('ad', 'paid_ad_click', at(3), { channel: 'paid_search' }),
  ordered('o', '100', at(4)),
];

test('a denial hides what came after it; an earlier position does not know of it', async () => {
  await withLog(policy({ measurement: 'opt_out' }), STORY, async (engine, before) => {
    expect(await earned(engine)).toEqual({ email: '50', paid_search: '50' });
    await engine.load([said(2, false)]);
    expect(await earned(engine)).toEqual({ email: '100' });
    expect(await earned(engine, before)).toEqual({ email: '50', paid_search: '50' });
    const denied = engine.as_of('main');
    await engine.load([said(3, true)]);
    expect(await earned(engine)).toEqual({ email: '50', paid_search: '50' });
    expect(await earned(engine, denied)).toEqual({ email: '100' });
  });
});

test('a withdrawal hides what came before it only where the settings say so, and the order stays', async () => {
  await withLog(policy({ measurement: 'opt_out' }), [...STORY, said(5, false)], async (engine) => {
    expect(await earned(engine)).toEqual({ email: '50', paid_search: '50' });
    engine.settings.set('default', {
      ...DEFAULT_BRAND_SETTINGS,
      consent: policy({ measurement: 'opt_out', after_withdrawal: 'hide_all' }),
    });
    expect(await earned(engine)).toEqual({ no_consent: '100' });
    const receipt = (await receiptReport(engine.reports, 'o', { model: 'linear' }, ALL_BRANDS)) as Json;
    expect(receipt.unattributed_reason).toBe('no_consent');
    expect(receipt).toMatchObject({ touchpoints: [], touchpoint_count: 0, touchpoints_hidden_by_consent: 2 });
    expect(showReport(reportNamed('receipt'), receipt, 10)).toContain('2 touchpoints are left out');
    const customer = (await customerReport(engine.reports, 'ann', {}, ALL_BRANDS)) as Json;
    expect(JSON.stringify(customer.journeys)).not.toContain('"email_click"');
    await engine.load([said(6, true)]);
    expect(await earned(engine)).toEqual({ email: '50', paid_search: '50' });
  });
});

test('where consent has to be given, silence hides; a country may have another rule', async () => {
  const consent = policy({ measurement: 'opt_in', countries: { us: 'opt_out' } });
  const american = touched('us', 'website_visit', at(2), { channel: 'social', geo_location: { country: 'US' } });
  await withLog(consent, [...STORY, american], async (engine) => {
    expect(await earned(engine)).toEqual({ social: '100' });
    await engine.load([said(2, true)]);
    expect(await earned(engine)).toEqual({ social: '50', paid_search: '50' });
    await engine.load([said(2, false)]);
    // At one instant a denial counts.
    expect(await earned(engine)).toEqual({ no_consent: '100' });
  });
});

test('who changes their mind often is followed statement by statement', async () => {
  const events = [
    ...[2, 4, 6, 8, 10].map((day) => touched(`d${day}`, 'website_visit', at(day), { channel: `day-${day}` })),
    touched('re', 'email_open', at(7), { channel: 'email' }),
    ordered('o', '100', at(11)),
    ...[said(1, true), said(3, false), said(5, true), said(7, false), said(9, true), said(9, false)],
  ];
  await withLog(policy({ measurement: 'opt_in', countries: { US: 'not_needed' } }), events, async (engine) => {
    expect(await earned(engine)).toEqual({ 'day-2': '50', 'day-6': '50' });
    engine.settings.set('default', { ...DEFAULT_BRAND_SETTINGS, consent: policy({ measurement: 'opt_out' }) });
    expect(await earned(engine)).toEqual({ 'day-2': '50', 'day-6': '50' });
    await engine.load([said(10, true)]);
    expect(await earned(engine)).toEqual({ 'day-2': '33.333333', 'day-6': '33.333333', 'day-10': '33.333334' });
  });
});

test('what one id of a person said holds for all of them, from the link on', async () => {
  const device = said(2, false, { customer_id: undefined, anonymous_id: 'device' });
  await withLog(policy({ measurement: 'opt_out' }), [...STORY, device], async (engine) => {
    expect(await earned(engine)).toEqual({ email: '50', paid_search: '50' });
    const link = { left_id: 'device', right_id: 'ann', occurred_at: at(6) };
    await engine.load([{ record: 'identity_links', event: link }]);
    expect(await earned(engine)).toEqual({ email: '100' });
    await engine.load([{ record: 'identity_links', event: { ...link, state: 'unlinked', occurred_at: at(7) } }]);
    expect(await earned(engine)).toEqual({ email: '50', paid_search: '50' });
  });
});

test('bounds say what consent hides, each side as a whole answer', async () => {
  const bounds = async (engine: Engine): Promise<Json> => {
    const asked = { ...MARCH, model: 'linear', group_by: 'channel', consent_bounds: 'true' } as const;
    const { text } = await askBoth(engine.reports, asked);
    return (JSON.parse(text) as Json).consent_bounds;
  };
  await withLog(policy({ measurement: 'opt_out' }), [...STORY, said(2, false)], async (engine) => {
    expect(await bounds(engine)).toMatchObject({
      total: { observed_revenue: '100.000000', possible_revenue: '100.000000', observed_conversions: 1 },
      groups: [
        // A touchpoint that is hidden leaves more to the others.
        { channel: 'email', observed_revenue: '100.000000', possible_revenue: '50.000000' },
        { channel: 'paid_search', observed_revenue: '0.000000', possible_revenue: '50.000000' },
      ],
      groups_left_out: 0,
    });
    await engine.load([said(1, false, { consent_id: 'earlier', occurred_at: at(1, '00:00') })]);
    expect((await bounds(engine)).total).toMatchObject({
      observed_revenue: '0.000000',
      possible_revenue: '100.000000',
      observed_conversions: 0,
      possible_conversions: 1,
    });
  });
  await withLog(undefined, [...STORY, said(2, false)], async (engine) => {
    expect(await bounds(engine)).toMatchObject({ groups: [], total: { observed_revenue: '100.000000' } });
  });
});

test('without a policy the same log gives the same answer to the byte', async () => {
  const report = async (engine: Engine, as_of: string): Promise<string> =>
    JSON.stringify(
      await attributionReport(engine.reports, { ...MARCH, models: 'linear,first_touch', as_of }, ALL_BRANDS),
    );
  await withLog(undefined, STORY, async (engine, as_of) => {
    const before = await report(engine, as_of);
    const later = await engine.load([said(1, false)]);
    expect((await report(engine, later)).replace(later, as_of)).toBe(before);
  });
});
