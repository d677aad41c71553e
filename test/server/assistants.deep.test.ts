/** Tools of assistants with the official client, over a lifelike shop: every answer equals that of the API, and all of it is short. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Tiktoken, type TiktokenBPE } from 'js-tiktoken/lite';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { MAX_ANSWER_BYTES } from '../../src/assistants/answer.ts';
import { RECORD_NAMES } from '../../src/domain/index.ts';
import { draftsOf } from '../../src/log/envelope.ts';
import { writeWorld } from '../../src/simulation/write.ts';
import { decoded } from '../assistants/decoded.ts';
import { clickHouseUrl } from '../support/clickhouse.ts';
import { ALL_BRANDS, bearer } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { NOW_MS } from '../support/time.ts';
import { type Body, startServer, type TestServer } from './harness.ts';

const MAIN = join(import.meta.dirname, '../../bin/tributary.js');
const WORLD = { customers: 300, days: 70, seed: 1, end_ms: NOW_MS };
const DAYS = { start: '2026-05-02', end: '2026-06-01' };
const MAX_SCHEMA_TOKENS = 3_000;
const MAX_CONVERSATION_TOKENS = 30_000;

/** Tokens are counted with the vocabulary o200k_base, which the package has as a file. */
const vocabulary = new Tiktoken(o200k as TiktokenBPE);
const tokensOf = (text: string): number => vocabulary.encode(text).length;

let world: string;
beforeAll(async () => {
  world = temporaryFolder();
  await writeWorld(WORLD, world);
});

/** A shop with the world in it, which listens. */
async function shopOn(engine: 'duckdb' | 'clickhouse'): Promise<{ server: TestServer; address: string; key: string }> {
  const folder = temporaryFolder();
  const config =
    engine === 'clickhouse'
      ? { warehouse: clickHouseUrl(folder), collector_id: 'main' }
      : { warehouse: `duckdb:${folder}/w.db` };
  const server = await startServer({ shared: true, folder, config, clock: () => NOW_MS });
  for (const record of RECORD_NAMES) {
    const lines = readFileSync(join(world, `${record}.ndjson`), 'utf8')
      .split('\n')
      .slice(0, -1);
    for (let i = 0; i < lines.length; i += 1_000) {
      const drafts = draftsOf(
        record,
        lines.slice(i, i + 1_000).map((line) => JSON.parse(line)),
      );
      await server.tributary.collector.accept({ source: 'test', drafts }, ALL_BRANDS);
    }
  }
  await server.flush();
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { key } = await server.keys.create({ name: 'assistant', scope: 'persons', brand_id: null });
  return { server, address, key };
}

interface Told {
  text: string;
  body: Body;
}

async function told(client: Client, name: string, given: Record<string, unknown>): Promise<Told> {
  const { content, isError } = await client.callTool({ name, arguments: given });
  const [{ text }] = content as [{ text: string }];
  expect([name, given, isError ?? false, text.slice(0, 200)]).toEqual([name, given, false, text.slice(0, 200)]);
  return { text, body: JSON.parse(text) };
}

/** Each tool with arguments, and the call of the API that has the same answer. */
const PAIRS: ReadonlyArray<
  [tool: string, given: Record<string, unknown>, path: string, query: Record<string, string>]
> = [
  [
    'report',
    { report: 'attribution', ...DAYS },
    'reports/attribution',
    { ...DAYS, group_by: 'channel', intervals: 'true' },
  ],
  [
    'report',
    { report: 'attribution', ...DAYS, model: 'linear,last_touch' },
    'reports/attribution',
    { ...DAYS, group_by: 'channel', models: 'linear,last_touch' },
  ],
  [
    'report',
    {
      report: 'attribution',
      ...DAYS,
      group_by: 'week,campaign_id',
      filter: ['channel:email'],
      compare: 'previous_period',
      rows: 100,
      parts: 'channel_attribution,filtered',
    },
    'reports/attribution',
    { ...DAYS, group_by: 'week,campaign_id', filter: 'channel:email', compare: 'previous_period' },
  ],
  ['report', { report: 'campaigns', ...DAYS }, 'reports/campaigns', DAYS],
  ['report', { report: 'claims', ...DAYS }, 'reports/claims', DAYS],
  ['report', { report: 'cohorts', ...DAYS }, 'reports/cohorts', DAYS],
  ['report', { report: 'consolidated', ...DAYS }, 'reports/consolidated', DAYS],
  ['report', { report: 'fatigue', ...DAYS }, 'reports/fatigue', DAYS],
  ['report', { report: 'lifetime_value', ...DAYS }, 'reports/lifetime_value', DAYS],
  ['report', { report: 'list_health', ...DAYS }, 'reports/list_health', DAYS],
  ['report', { report: 'models', ...DAYS }, 'reports/models', DAYS],
  ['report', { report: 'send_times', ...DAYS }, 'reports/send_times', DAYS],
  ['compare', DAYS, 'reports/changes', { ...DAYS, compare: 'previous_period' }],
  [
    'campaign',
    { campaign_id: 'welcome', ...DAYS, model: 'last_touch' },
    'reports/campaigns/welcome',
    { ...DAYS, model: 'last_touch' },
  ],
  ['journeys', DAYS, 'reports/journeys', DAYS],
  ['journeys', { of: 'paths', ...DAYS, options: { steps: 3 } }, 'reports/paths', { ...DAYS, steps: '3' }],
  ['journeys', { of: 'lags', ...DAYS }, 'reports/lags', DAYS],
  ['journeys', { of: 'synergies', ...DAYS }, 'reports/synergies', DAYS],
  ['explain_order', { conversion_id: 'ORDER' }, 'conversions/ORDER/receipt', { model: 'linear' }],
  ['data_quality', DAYS, 'reports/data_quality', DAYS],
  ['advice', DAYS, 'advice', DAYS],
];

/** The slower engine is asked once by each tool. */
const ONE_OF_EACH = PAIRS.filter(([tool], i) => PAIRS.findIndex(([other]) => other === tool) === i);

/** What the answer of a tool must say of a part of the answer of the API. @returns the number of figures compared. */
function compareParts(api: Body, own: Body, place: string, left_out: Body): number {
  if (Array.isArray(api)) {
    const cut = left_out.lists?.find(({ list }: Body) => list === place);
    expect([place, own.length]).toEqual([place, cut === undefined ? api.length : Math.min(cut.shown, api.length)]);
    return own.reduce(
      (sum: number, one: Body, i: number) => sum + compareParts(api[i], one, `${place}.*`, left_out),
      0,
    );
  }
  if (typeof api !== 'object' || api === null) {
    expect([place, own]).toEqual([place, api]);
    return 1;
  }
  let compared = 0;
  for (const [name, inner] of Object.entries<Body>(api)) {
    const within = place === '' ? name : `${place}.${name}`;
    if (Object.hasOwn(own, name)) compared += compareParts(inner, own[name], within, left_out);
    else {
      const is_repeated = name.endsWith('_micros') && Object.hasOwn(api, name.slice(0, -7));
      const is_named = place === '' ? left_out.parts?.includes(name) : left_out.columns?.includes(name);
      expect([within, inner === null || is_repeated || (is_named ?? false)]).toEqual([within, true]);
    }
  }
  expect([place, Object.keys(own).filter((name) => !Object.hasOwn(api, name))]).toEqual([place, []]);
  return compared;
}

const HEAD = [
  'report_period',
  'comparison',
  'filters',
  'currency',
  'attribution_model',
  'attribution_models',
  'as_of',
  'config_hash',
];

const ENGINES = inject('clickhouse_url') === '' ? (['duckdb'] as const) : (['duckdb', 'clickhouse'] as const);

describe.each(ENGINES)('on %s', (engine) => {
  let shop: Awaited<ReturnType<typeof shopOn>>;
  let client: Client;
  let order_id: string;
  beforeAll(async () => {
    shop = await shopOn(engine);
    client = new Client({ name: 'test', version: '1' });
    const requestInit = { headers: bearer(shop.key) };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${shop.address}/mcp`), { requestInit }));
    const { body } = await shop.server.get(`/v1/reports/orders?${new URLSearchParams(DAYS)}&limit=1`);
    order_id = body.orders[0].conversion_id;
  });
  afterAll(async () => {
    await client?.close();
    await shop?.server.close();
  });
  const of = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('ORDER', order_id));

  test.each(engine === 'duckdb' ? PAIRS : ONE_OF_EACH)('%s %j equals GET /v1/%s', async (tool, given, path, query) => {
    const { body, text } = await told(client, tool, of(given));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    const answer = await shop.server.get(`/v1/${of(path)}?${new URLSearchParams(query)}`);
    expect(answer.status).toBe(200);
    for (const name of HEAD)
      if (name in answer.body) expect([name, decoded(body[name])]).toEqual([name, answer.body[name]]);
    const api = Object.fromEntries(
      Object.entries(answer.body).filter(([name]) => ![...HEAD, 'generated_at'].includes(name)),
    );
    expect(compareParts(api, decoded(body.data), '', body.left_out ?? {})).toBeGreaterThan(2);
    await expectUnattributed(body, query);
    const page = await shop.server.get(new URL(body.view).pathname, {});
    expect([body.view.startsWith(shop.address), page.status]).toEqual([true, 200]);
  });

  /** The line on unattributed revenue is that of the attribution report of the same orders, and its parts add up to the net revenue. */
  async function expectUnattributed({ unattributed, ...answer }: Body, query: Record<string, string>): Promise<void> {
    const micros = (amount = '0.000000'): bigint => BigInt(amount.replace('.', ''));
    expect(unattributed.net_revenue).toMatch(/^\d+\.\d{6}$/);
    // That of one order is in its receipt.
    if (answer.report_period === undefined) return;
    const asked = { ...answer.report_period, as_of: answer.as_of, model: answer.attribution_model ?? 'linear' };
    const filter = query['filter'] === undefined ? {} : { filter: query['filter'] };
    const { body } = await shop.server.get(`/v1/reports/attribution?${new URLSearchParams({ ...asked, ...filter })}`);
    const { total_revenue, total_attributed_revenue } = body.summary;
    expect([unattributed.net_revenue, unattributed.attributed_revenue]).toEqual([
      total_revenue,
      total_attributed_revenue,
    ]);
    const rest = micros(unattributed.unattributed_revenue) + micros(unattributed.filtered_out_revenue);
    expect(micros(unattributed.attributed_revenue) + rest).toBe(micros(total_revenue));
  }

  test('about says the brands and the totals of the API', async () => {
    const { body } = await told(client, 'about', {});
    const { brands } = (await shop.server.get('/v1/brands')).body;
    const { summary, as_of, config_hash } = (await shop.server.get('/v1/reports/attribution?group_by=channel')).body;
    expect(body).toMatchObject({ as_of, config_hash });
    expect(body.data.brands.map(({ brand_id }: Body) => brand_id)).toEqual(
      brands.map(({ brand_id }: Body) => brand_id),
    );
    expect(compareParts(summary, body.data.summary, 'summary', {})).toBeGreaterThan(5);
  });

  if (engine === 'duckdb')
    test('the tools take less than 3,000 tokens, and ten everyday questions stay under 30,000', async () => {
      const { tools } = await client.listTools();
      expect(tools.length).toBeLessThanOrEqual(8);
      const schema = tokensOf(JSON.stringify(tools));
      const instructions = tokensOf(client.getInstructions() ?? '');
      let all = schema + instructions;
      const lines = [`tools ${schema}`, `instructions ${instructions}`];
      for (const [question, name, given] of QUESTIONS) {
        const { text } = await told(client, name, of(given));
        const tokens = tokensOf(question) + tokensOf(JSON.stringify({ name, arguments: given })) + tokensOf(text);
        all += tokens;
        lines.push(`${String(tokens).padStart(6)}  ${question}`);
      }
      console.log([...lines, `${all} tokens in all`].join('\n'));
      expect(schema).toBeLessThan(MAX_SCHEMA_TOKENS);
      expect(all).toBeLessThan(MAX_CONVERSATION_TOKENS);
    });

  if (engine === 'duckdb')
    test('the official client gets the same over standard input and output', async () => {
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [MAIN, 'mcp', '--url', shop.address],
        env: { PATH: process.env['PATH']!, TRIBUTARY_MCP_KEY: shop.key },
      });
      const local = new Client({ name: 'test', version: '1' });
      await local.connect(transport);
      expect(await local.listTools()).toEqual(await client.listTools());
      const given = { report: 'attribution', ...DAYS };
      expect((await told(local, 'report', given)).body).toEqual((await told(client, 'report', given)).body);
      await local.close();
    });
});

test('over a data folder that no server has open, persons come only when asked for, and links are paths', async () => {
  const folder = temporaryFolder();
  const server = await startServer({ folder, clock: () => NOW_MS });
  await server.close();
  for (const persons of [false, true]) {
    const args = [MAIN, 'mcp', '--data', folder, ...(persons ? ['--persons'] : [])];
    const transport = new StdioClientTransport({
      command: process.execPath,
      args,
      env: { PATH: process.env['PATH']! },
    });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
    const { tools } = await client.listTools();
    expect(tools.some(({ name }) => name === 'explain_order')).toBe(persons);
    expect((await told(client, 'about', {})).body.view).toMatch(/^\/\?start=/);
    await client.close();
  }
});

const QUESTIONS: ReadonlyArray<[question: string, tool: string, given: Record<string, unknown>]> = [
  ['What can you tell me about our shop?', 'about', {}],
  ['Which channels brought the revenue of May, and how sure is that?', 'report', { report: 'attribution', ...DAYS }],
  ['Why did we earn less than in April?', 'compare', DAYS],
  ['Which campaigns are worth their money?', 'report', { report: 'campaigns', ...DAYS }],
  ['How does the welcome flow do?', 'campaign', { campaign_id: 'welcome', ...DAYS }],
  ['What do people do before they buy?', 'journeys', { of: 'paths', ...DAYS }],
  ['How long does it take from the first touch to the order?', 'journeys', { of: 'lags', ...DAYS }],
  ['Why did email get credit for this order?', 'explain_order', { conversion_id: 'ORDER' }],
  ['Can I trust the opens?', 'data_quality', DAYS],
  ['What should I look at today?', 'advice', DAYS],
];
