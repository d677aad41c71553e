/** What is settled in the end depends on the log alone: not on the order in which events came, nor on when they were settled. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordName } from '../../../src/domain/index.ts';
import { Followers } from '../../../src/log/followers.ts';
import { DEFAULT_SETTLE_SETTINGS } from '../../../src/log/settlement/settings.ts';
import { settleVerdicts } from '../../../src/log/settlement/settle.ts';
import { latestVerdicts } from '../../../src/log/verdicts.ts';
import { FileState } from '../../../src/state/file.ts';
import { currentPosition, SETTLED_COLLECTOR } from '../../../src/warehouse/position.ts';
import { UA } from '../../enrichment/options.ts';
import { Engine, type WireEvent } from '../../support/engine.ts';
import { ENRICHMENT, type Fields } from '../../support/events.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { runsOf } from '../../support/tier.ts';
import { NOW_MS } from '../../support/time.ts';
import { click, delivery, gateway, open, secondsIn, settleNow } from './messages.ts';

async function newWorld() {
  const engine = await Engine.open();
  const state = await FileState.open(join(temporaryFolder(), 'state.db'));
  onTestFinished(async () => {
    await state.close();
    await engine.close();
  });
  const tributary = { warehouse: engine.warehouse, state, enrich_options: ENRICHMENT };
  return { engine, state, tributary };
}

/** Verdicts and reasons by touchpoint of a brand. */
async function settledOf({ warehouse }: Engine, brand_id: string): Promise<Record<string, string>> {
  const rows = await warehouse.read(async (snapshot) =>
    snapshot.query(
      `select t.touchpoint_id as id, concat(coalesce(v.verdict, t.verdict), ' ', coalesce(v.verdict_reasons, t.verdict_reasons)) as verdict
       from touchpoints t left join (${latestVerdicts(await currentPosition(snapshot), ['verdict', 'verdict_reasons'])}) v
         on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id
       where t.brand_id = $brand_id`,
      { brand_id },
    ),
  );
  return Object.fromEntries(rows.map(({ id, verdict }) => [id, verdict as string]));
}

const settledRows = ({ warehouse }: Engine): Promise<number> =>
  warehouse.read(async (snapshot) => {
    const sql = `select count(*) as n from reclassifications where collector_id = '${SETTLED_COLLECTOR}'`;
    return Number((await snapshot.query(sql))[0]!['n']);
  });

const wire = (record: RecordName, event: Fields): WireEvent => ({ record, event });
const browser = { user_agent: UA.chrome };
const ct = (id: string) => ({ click_ids: { ct: id } });
/** Two messages: a gateway, a reader with a page, opens, a honeypot, a message without its id. */
const EVENTS: readonly WireEvent[] = [
  wire('email_events', delivery('m1')),
  wire('email_events', delivery('m2', { event_type: 'sent' })),
  ...gateway('m1', 20).map((event) => wire('touchpoints', event)),
  wire('touchpoints', click('m1', 1, 24, { ...browser, ...ct('c1') })),
  wire('touchpoints', click('m1', 2, 3_600, ct('c2'))),
  wire('touchpoints', click('m2', 9, 500, { evidence: { honeypot: true, link: 9, links: 8 } })),
  wire('touchpoints', click('m2', 1, 505, ct('c3'))),
  wire('touchpoints', click('m2', 2, 507)),
  wire('touchpoints', open('m1', 1)),
  wire('touchpoints', open('m2', 1)),
  wire('touchpoints', open('m2', 400)),
  ...['c1', 'c3'].map((id, i) =>
    wire('touchpoints', {
      touchpoint_id: `page-${id}`,
      touchpoint_type: 'page_view',
      anonymous_id: 'browser',
      occurred_at: secondsIn(i === 0 ? 26 : 509),
      ...ct(id),
    }),
  ),
];

test('the verdicts in the end are the same for every order of arrival and every time of settling', async () => {
  const { engine, tributary } = await newWorld();
  const inBrand = (events: readonly WireEvent[], brand_id: string): WireEvent[] =>
    events.map(({ record, event }) => ({ record, event: { ...(event as Fields), brand_id } }));
  await engine.load(inBrand(EVENTS, 'in-order'));
  await settleNow(tributary);
  const expected = await settledOf(engine, 'in-order');
  expect(Object.values(expected).filter((verdict) => verdict.startsWith('bot'))).toHaveLength(7);
  let run = 0;
  const orders = fc.tuple(
    fc.shuffledSubarray([...EVENTS], { minLength: EVENTS.length }),
    fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }),
  );
  await fc.assert(
    fc.asyncProperty(orders, async ([events, sizes]) => {
      const brand_id = `brand-${++run}`;
      let from = 0;
      for (const size of [...sizes, events.length]) {
        const part = inBrand(events.slice(from, from + size), brand_id);
        if (part.length > 0) await engine.load(part, 500, run % 2 === 0 ? 'main' : 'other');
        await settleNow(tributary);
        from += size;
      }
      expect(await settledOf(engine, brand_id)).toEqual(expected);
      expect(await settleNow(tributary)).toEqual({ examined: 0, changed: 0 });
    }),
    { numRuns: runsOf('TRIBUTARY_SETTLE_RUNS', 3, 15) },
  );
});

test('two processes settle each verdict once', async () => {
  const { engine, state, tributary } = await newWorld();
  await engine.load(EVENTS);
  const settings = { ...DEFAULT_SETTLE_SETTINGS, settle_ms: 0 };
  const settling = { ...tributary, settings, clock: () => NOW_MS };
  const processes = [1, 2].map(() => {
    const followers = new Followers({ warehouse: engine.warehouse, state, poll_ms: 10 });
    followers.add(settleVerdicts(settling));
    followers.start();
    return followers;
  });
  while ((await settledRows(engine)) === 0) await new Promise(setImmediate);
  await Promise.all(processes.map((followers) => followers.stop()));
  const once = await settledRows(engine);
  expect(await settleNow(tributary)).toEqual({ examined: 0, changed: 0 });
  const other = await newWorld();
  await other.engine.load(EVENTS);
  const { changed } = await settleNow(other.tributary);
  expect(once).toBe(changed);
});
