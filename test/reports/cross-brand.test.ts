/** Journeys across brands, computed by hand: what consent covers, who is the same, and who may see it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brandGroups } from '../../src/domain/brand-groups.ts';
import { consentPolicy } from '../../src/domain/consent/policy.ts';
import { DEFAULT_BRAND_SETTINGS } from '../../src/domain/settings.ts';
import { showReport } from '../../src/present/tables.ts';
import type { Asker, ReportContext } from '../../src/reports/context.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, type Fields, order, touch } from '../support/events.ts';
import type { Json } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const report = reportNamed('cross_brand');
const GROUPS = brandGroups([], [['a', 'b']]);

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open();
});
afterAll(() => engine.close());

const event = (record: WireEvent['record'], fields: Fields): WireEvent => ({ record, event: fields });
const says = (brand_id: string, day: number, said: Fields, who: Fields = { customer_id: 'ann' }): WireEvent =>
  event('consents', { brand_id, ...who, occurred_at: at(day), ...said });
const grants = (brand_id: string, day = 1): WireEvent => says(brand_id, day, { purposes: { sharing: true } });

/** Ann clicks an email of a, then an ad of b, and orders in a for 100. */
const STORY = [
  event('touchpoints', touch('t1', 'email_click', at(8), { brand_id: 'a' })),
  event('touchpoints', touch('t2', 'paid_ad_click', at(9), { brand_id: 'b', channel: 'paid_search' })),
  event('conversions', order('c1', '100', at(10), { brand_id: 'a' })),
];

/** The log of a test is that of a collector of its own. */
async function asked(log: string, events: readonly WireEvent[], rest: Partial<ReportContext> = {}): Promise<Json> {
  const renamed = events.map((one) => ({ ...one, event: inLog(log, one.event as Fields) }));
  if (renamed.length > 0) await engine.load(renamed, 500, log);
  const answer: Json = await report.run(
    { ...engine.reports, brand_groups: brandGroups([], [[`a-${log}`, `b-${log}`]]), ...rest },
    { ...MARCH, model: 'linear', as_of: engine.as_of(log) },
    ALL_BRANDS,
  );
  return answer;
}
const inLog = (log: string, fields: Fields): Fields => ({ ...fields, brand_id: `${fields['brand_id']}-${log}` });

/** What touches of the two brands earned of the order, and how many orders and people are left out. */
function earned({ brands }: Json) {
  const row = brands.find(({ brand_id }: Json) => brand_id.startsWith('a-'));
  expect(row.own_report_revenue).toBe('100.000000');
  return [row.own_touches_revenue, row.other_brands_revenue, row.left_out_conversions, row.left_out_people].map(Number);
}
const APART = [100, 0, 1, 1];
const TOGETHER = [50, 50, 0, 0];

test('a touch of another brand counts from the grant in both brands on, and until the withdrawal in one', async () => {
  const log = 'time';
  expect(earned(await asked(log, STORY))).toEqual(APART);
  expect(earned(await asked(log, [grants('a')]))).toEqual(APART);
  expect(earned(await asked(log, [grants('b', 9)]))).toEqual(TOGETHER);
  const before = engine.as_of(log);
  expect(earned(await asked(log, [says('a', 20, { gpc: true })]))).toEqual(APART);
  const again = await report.run(
    { ...engine.reports, brand_groups: brandGroups([], [['a-time', 'b-time']]) },
    { ...MARCH, as_of: before },
    ALL_BRANDS,
  );
  expect(earned(again)).toEqual(TOGETHER);
  // A later grant is for what comes later.
  expect(earned(await asked(log, [grants('a', 21)]))).toEqual(APART);
  expect(showReport(report, await asked(log, []), 10)).toContain(
    'a-time: 1 orders of 1 people have touches of other brands that no consent in both brands covers',
  );
});

test('a grant after the touch, or at the instant of a denial, does not cover it', async () => {
  expect(earned(await asked('late', [...STORY, grants('a'), grants('b', 10)]))).toEqual(APART);
  const both = [grants('a'), grants('b'), says('b', 1, { purposes: { sharing: false } })];
  expect(earned(await asked('tie', [...STORY, ...both]))).toEqual(APART);
});

test('measurement is asked as the settings of the brand of the order ask for it', async () => {
  const consent = consentPolicy(undefined, { measurement: 'not_needed', countries: { DE: 'opt_in' } })!;
  engine.settings.set('a-measured', { ...DEFAULT_BRAND_SETTINGS, consent });
  const german = { ...STORY[1]!, event: { ...(STORY[1]!.event as Fields), geo_location: { country: 'DE' } } };
  const story = [STORY[0]!, german, STORY[2]!, grants('a'), grants('b')];
  expect(earned(await asked('measured', story))).toEqual(APART);
  expect(earned(await asked('measured', [says('a', 2, { purposes: { measurement: true } })]))).toEqual(TOGETHER);
});

test('what lies before the time of which a brand keeps touchpoints is not covered, since consents of then may be gone', async () => {
  const log = 'kept';
  const removedBefore = (day: number) => (brand_id: string) => ({
    touchpoints_ms: brand_id.startsWith('a') ? Date.parse(at(day)) : null,
    orders_ms: null,
  });
  await asked(log, [...STORY, grants('a'), grants('b')]);
  expect(earned(await asked(log, [], { removedBefore: removedBefore(9) }))).toEqual(TOGETHER);
  expect(earned(await asked(log, [], { removedBefore: removedBefore(10) }))).toEqual(APART);
});

test('people are joined by a customer id of both brands, with all that they are linked to', async () => {
  const device = { anonymous_id: 'device', customer_id: undefined };
  const by_device = { ...STORY[1]!, event: { ...(STORY[1]!.event as Fields), ...device } };
  const story = [STORY[0]!, by_device, STORY[2]!, grants('a'), says('b', 1, { purposes: { sharing: true } }, device)];
  // A device of b that nobody is linked with is nobody in a, also if a knows a device of that name.
  expect(earned(await asked('device', story))).toEqual([100, 0, 0, 0]);
  const login = { brand_id: 'b', left_id: 'ann', right_id: 'device', kind: 'login', occurred_at: at(12) };
  expect(earned(await asked('device', [event('identity_links', login)]))).toEqual([100, 0, 0, 0]);
  const known = event('touchpoints', touch('t3', 'purchase', at(3), { brand_id: 'b' }));
  const joined = await asked('device', [known]);
  expect(earned(joined)).toEqual(TOGETHER);
  expect(joined.channels).toMatchObject([
    { touch_brand_id: 'a-device', channel: 'email', attributed_revenue: '50.000000', own_report_revenue: '100.000000' },
    {
      touch_brand_id: 'b-device',
      channel: 'paid_search',
      attributed_revenue: '50.000000',
      own_report_revenue: '0.000000',
    },
  ]);
});

test('emails of three brands with the same names are three touches', async () => {
  const click = (brand_id: string, minute: number): WireEvent =>
    event(
      'touchpoints',
      touch(`t-${brand_id}`, 'email_click', at(9, `10:0${minute}`), {
        ...{ brand_id, campaign_id: 'spring', email_id: 'e1', message_id: 'm1', session_id: 's1' },
      }),
    );
  const grants_of_all = ['a', 'b', 'c'].map((brand_id) => grants(brand_id));
  const answer = await asked('three', [click('a', 0), click('b', 1), click('c', 2), STORY[2]!, ...grants_of_all], {
    brand_groups: brandGroups([], [['a-three', 'b-three', 'c-three']]),
  });
  expect(answer.matrix.map((row: Json) => [row.touch_brand_id, row.attributed_revenue])).toEqual([
    ['c-three', '33.333334'],
    ['a-three', '33.333333'],
    ['b-three', '33.333333'],
  ]);
});

test('an id with too many orders and touchpoints is not joined, and a warning counts it', async () => {
  const limits = { most: 2_000, least: 50, of_person: 1_000_000, pairs: 0 };
  const answer = await asked('till', [...STORY, grants('a'), grants('b')], { candidate_limits: limits });
  expect(earned(answer)).toEqual([100, 0, 0, 0]);
  expect(answer.warnings).toMatchObject([{ code: 'people_not_joined', count: 1 }]);
});

test('whoever may not see every brand of a list gets the same refusal with and without such a list', async () => {
  const refused = async (context: Partial<ReportContext>, asker: Asker): Promise<Json> =>
    report.run({ ...engine.reports, ...context }, MARCH, asker).catch((error) => error);
  const one_brand = { key_brand_id: 'a' };
  const some = { key_brand_id: 'a', brand_ids: ['a', 'c'] };
  for (const asker of [one_brand, some]) {
    const answers = [await refused({ brand_groups: GROUPS }, asker), await refused({}, asker)];
    expect(answers.map(({ code, message, field }) => ({ code, message, field }))).toEqual(
      Array(2).fill({ code: 'forbidden', message: expect.not.stringMatching(/\bb\b/), field: undefined }),
    );
  }
  expect((await refused({ brand_groups: GROUPS }, { key_brand_id: 'a', brand_ids: ['a', 'b', 'c'] })).lists).toEqual([
    ['a', 'b'],
  ]);
  expect(await refused({}, ALL_BRANDS)).toMatchObject({ code: 'unprocessable', field: 'cross_brand_people' });
  const fitted = report.run({ ...engine.reports, brand_groups: GROUPS }, { ...MARCH, model: 'markov' }, ALL_BRANDS);
  await expect(fitted).rejects.toMatchObject({ code: 'bad_request', field: 'model' });
});
