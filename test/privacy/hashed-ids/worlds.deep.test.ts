/** Hashed ids of persons change no figure, also when the pepper is rotated in the middle: random worlds, beside the same with plain ids. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeConfig } from '../../../src/config.ts';
import type { RecordName } from '../../../src/domain/index.ts';
import { draftsOf } from '../../../src/log/envelope.ts';
import type { ReportJson } from '../../../src/reports/context.ts';
import { REPORTS } from '../../../src/reports/index.ts';
import { type CollectingTributary, openTributary } from '../../../src/tributary.ts';
import { WIRE_ORDER, type WireWorld, worlds } from '../../reference/worlds.ts';
import { warehouseSetting } from '../../support/engine.ts';
import { ALL_BRANDS } from '../../support/events.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { told } from '../../support/kept-texts.ts';
import { runsOf } from '../../support/tier.ts';

const WORLDS = runsOf('TRIBUTARY_HASHED_WORLDS', 3, 4);
const OLD = 'the-old-pepper-of-the-tests';
const NEW = 'the-new-pepper-of-the-tests';
/** The pepper is rotated between what happened before this instant and the rest. */
const ROTATED_MS = Date.UTC(2026, 1, 14);

interface Sent {
  record: RecordName;
  event: Record<string, unknown>;
  at_ms: number;
  from_page: boolean;
}

/** The events of a world under brands of its own. No two are at one instant, since a tie is decided by the order of ids. */
function eventsOf(world: WireWorld, number: number): Sent[] {
  let place = 0;
  const later = (text: string): string => new Date(Date.parse(text) + place).toISOString();
  return WIRE_ORDER.filter((name) => name !== 'spend').flatMap((record) =>
    world[record].flatMap((sent): Sent[] => {
      place += 1;
      const {
        from_page = false,
        request: _request,
        brand_id = 'default',
        sent_at: _sent_at,
        ...event
      } = sent as Record<string, unknown> & {
        from_page?: boolean;
        brand_id?: string;
      };
      const moved: Record<string, unknown> = { ...event };
      for (const field of ['occurred_at', 'assigned_at', 'expires_at'])
        if (typeof event[field] === 'string') moved[field] = later(event[field]);
      const brands = record === 'fx_rates' ? ['default', 'b2'] : [brand_id];
      const at_ms = Date.parse(String(moved['occurred_at'] ?? moved['assigned_at'] ?? '1970-01-01'));
      return brands.map((name) => ({ record, event: { ...moved, brand_id: `w${number}-${name}` }, at_ms, from_page }));
    }),
  );
}

const config = (folder: string, extra: object) => makeConfig({ threads: 1, ...extra, ...warehouseSetting(folder) });
const open = (folder: string, extra: object): Promise<CollectingTributary> =>
  openTributary({ folder, config: config(folder, { histories_memory_bytes: 0, ...extra }), serves_nobody: true });

async function send({ collector }: CollectingTributary, events: readonly Sent[]): Promise<void> {
  for (const record of WIRE_ORDER)
    for (const from_page of [false, true]) {
      const own = events.filter((one) => one.record === record && one.from_page === from_page);
      for (let from = 0; from < own.length; from += 500) {
        const drafts = draftsOf(
          record,
          own.slice(from, from + 500).map(({ event }) => event),
        );
        const { rejected } = await collector.accept(
          { source: 'test', drafts },
          { key_brand_id: null, ...(from_page && { from_page }) },
        );
        expect(rejected).toEqual([]);
      }
    }
  await collector.flush();
}

let plain: CollectingTributary;
let hashed: CollectingTributary;
let rotated: CollectingTributary;
let brands: string[];
const ALL = { defaults: { page_conversions: true } };
const HASHED = { defaults: { page_conversions: true, customer_ids: 'hashed' } };

beforeAll(async () => {
  const made = fc.sample(worlds(), { numRuns: WORLDS, seed: 50 });
  const events = made.flatMap(eventsOf);
  brands = made.flatMap((_, i) => [`w${i}-default`, `w${i}-b2`]);
  const before = events.filter(({ at_ms }) => at_ms < ROTATED_MS);
  const after = events.filter(({ at_ms }) => at_ms >= ROTATED_MS);
  plain = await open(temporaryFolder(), ALL);
  hashed = await open(temporaryFolder(), { ...HASHED, customer_id_peppers: [OLD] });
  const folder = temporaryFolder();
  rotated = await open(folder, { ...HASHED, customer_id_peppers: [OLD] });
  await send(rotated, before);
  await rotated.close();
  rotated = await open(folder, { ...HASHED, customer_id_peppers: [NEW, OLD] });
  await send(rotated, after);
  for (const one of [plain, hashed]) {
    await send(one, before);
    await send(one, after);
  }
}, 600_000);
afterAll(async () => {
  for (const one of [plain, hashed, rotated]) await one?.close();
});

const MODELS = 'first_touch,last_touch,linear,time_decay,position_based';
const ASKED: Array<[string, Record<string, unknown>]> = [
  ['attribution', { models: MODELS }],
  ['attribution', { model: 'linear', group_by: 'channel,campaign_id,customer_kind,segment' }],
  ['journeys', {}],
  ['cohorts', {}],
];

async function answersOf({ reports }: CollectingTributary, brand_id: string): Promise<unknown> {
  const answers: unknown[] = [];
  for (const [name, asked] of ASKED) {
    const report = REPORTS.find((one) => one.name === name)!;
    const answer = await report
      .run(reports, { start: '2026-01-01', end: '2026-06-01', ...asked, brand_id }, ALL_BRANDS)
      .then(
        ({ as_of: _as_of, generated_at: _at, config_hash: _hash, ...content }: ReportJson) => content,
        (error: Error) => error.message,
      );
    answers.push(answer);
  }
  return answers;
}

test.each(['one pepper', 'a pepper that is rotated'])(
  'with %s every figure is that of plain ids',
  async (name) => {
    const own = name === 'one pepper' ? hashed : rotated;
    for (const brand_id of brands)
      expect({ brand_id, answers: await answersOf(own, brand_id) }).toEqual({
        brand_id,
        answers: await answersOf(plain, brand_id),
      });
  },
  600_000,
);

test('no id of a person stands in any table', async () => {
  const ids = /"(?:customer_id|anonymous_id|left_id|right_id)":"(?!cid_[0-9a-f]{32}")/;
  expect(ids.exec(await told(hashed.warehouse))).toBe(null);
  expect(ids.exec(await told(rotated.warehouse))).toBe(null);
  expect(ids.exec(await told(plain.warehouse))).not.toBe(null);
});
