/** `tributary demo`: a server with a simulated shop, its dashboard, example reports, and commands to send a first event. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { RECORD_NAMES } from '../domain/index.ts';
import { line } from '../present/clip.ts';
import type { Truth } from '../simulation/world.ts';
import { writeWorld } from '../simulation/write.ts';
import type { Tributary } from '../tributary.ts';
import type { Client, Json } from './client.ts';
import { showDemo } from './demo-reports.ts';
import { HttpClient } from './http-client.ts';
import { CheckpointFile } from './import/checkpoint.ts';
import { Importer } from './import/importer.ts';
import { PlanMapping } from './import/plan-mapping.ts';
import { RejectedFile } from './import/rejected.ts';
import { openRows } from './import/rows.ts';
import { type Io, stopped } from './io.ts';
import { openBrowser } from './open-browser.ts';
import { type Context, whole } from './options.ts';
import { count, Progress } from './progress.ts';
import { endOf } from './simulate.ts';
import { type Server, startServer } from './start-server.ts';

interface DemoOptions {
  customers: number;
  days: number;
  seed: number;
  port: number;
  keep: boolean;
  once: boolean;
  open: boolean;
}

export function addDemoCommand(program: Command, { io, open }: Context): void {
  program
    .command('demo')
    .description('Start a server with realistic simulated data')
    .option('--customers <n>', 'people', whole(1, 1_000_000), 2_000)
    .option('--days <n>', 'days of data, up to today', whole(14, 3_650), 90)
    .option('--seed <n>', 'seed; equal seeds give equal worlds', whole(0, 4_294_967_295), 1)
    .option('--port <n>', 'port; a free port when left out', whole(0, 65_535), 0)
    .option('--keep', 'keep the data folder', false)
    .option('--once', 'print and exit', false)
    .option('--no-open', 'do not open the dashboard in a browser')
    .action(async (options: DemoOptions) => {
      const { stop } = io;
      const folder = mkdtempSync(join(tmpdir(), 'tributary-demo-'));
      let server: Server | undefined;
      try {
        const truth = await writeDemoWorld(io, folder, options);
        if (stop.aborted) return;
        // The demo makes its own keys. Keys of the environment belong to a real server, so they are not passed on.
        server = await startServer(
          Object.create(io, { env: { value: { TRIBUTARY_LOG_LEVEL: 'silent' } } }) as Io,
          open,
          { data: join(folder, 'data'), config: writeDemoConfig(folder) },
          { port: options.port, log_level: 'silent' },
        );
        const client = new HttpClient({ ...server, collects: true }, io);
        const records = await load(io, client, folder);
        if (stop.aborted) return;
        io.out(
          `${count(records)} simulated records of ${count(options.customers)} people over ${options.days} days, loaded through ${server.address}\n`,
        );
        io.out(dashboardOf(server));
        io.out(await showDemo(client, server.tributary, truth));
        io.out(await eraseOne(client, io, server.tributary));
        io.out(firstEvent(server));
        if (options.once) return;
        if (options.open) openBrowser(io, `${server.address}/`);
        io.out(
          `\nThe server runs until you press Ctrl-C. ${options.keep ? `Its data is in ${join(folder, 'data')}.` : 'Then the demo deletes its data. Use --keep to keep it.'}\n`,
        );
        await stopped(io);
      } finally {
        await server?.close();
        if (options.keep) io.err(line`the data is kept in ${folder}\n`);
        else rmSync(folder, { recursive: true, force: true });
      }
    });
}

/** Rules on what channels and emails must bring, so that the page with advice shows how rules stand. */
const CONFIG = {
  defaults: {
    advice: {
      return_on_ad_spend: { below: 15 },
      conversion_rate: { below: 0.01 },
      attributed_share: { below: 0.8 },
    },
  },
} as const;

/** @returns the path of the file. */
function writeDemoConfig(folder: string): string {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(CONFIG));
  return path;
}

async function writeDemoWorld(io: Io, folder: string, { customers, days, seed }: DemoOptions): Promise<Truth> {
  const progress = new Progress(io, 'simulating a shop');
  const end_ms = endOf(undefined, io.clock());
  const truth = await writeWorld({ customers, days, seed, end_ms }, join(folder, 'world'), (done) =>
    progress.update(done.customers / customers, `${count(done.events)} events`),
  );
  progress.clear();
  return truth;
}

/** Imports every file of the simulated shop over HTTP, as `tributary import` does. Returns the number of records sent. */
async function load(io: Io, client: Client, folder: string): Promise<number> {
  const progress = new Progress(io, 'loading the data');
  let records = 0;
  for (const record of RECORD_NAMES) {
    const file = join(folder, 'world', `${record}.ndjson`);
    const plan = { records: [{ record, fields: {} }] };
    const mapping = new PlanMapping(plan);
    const source = await openRows(file, mapping.needs);
    mapping.bind(source);
    const importer = new Importer({
      client,
      source,
      mapping,
      rejected: new RejectedFile(io, source, file, folder, 0),
      checkpoint: new CheckpointFile(folder, file, plan, { restart: true, keeps: true }),
      batch_items: 1_000,
      stop: io.stop,
      clock: io.clock,
      onProgress: (share, state) => progress.update(share, `${record} · ${count(records + state.rows)} records`),
    });
    await importer.run();
    await source.close();
    records += importer.state.accepted[record] ?? 0;
  }
  await client.flush();
  progress.clear();
  return records;
}

/** A visitor of its own, so that no figure above changes. */
const VISITOR = 'a-visitor-who-asks-to-be-forgotten';

/** Erases a visitor, and tells what the certificate says. */
async function eraseOne(client: Client, io: Io, { erasures }: Tributary): Promise<string> {
  const occurred_at = new Date(io.clock() - 60_000).toISOString();
  await client.send('touchpoints', [{ customer_id: VISITOR, touchpoint_type: 'direct_visit', occurred_at }]);
  await client.flush();
  const { erasure_id } = await client.delete(`/v1/customers/${VISITOR}`);
  // Not at the next look of the background work, which may be a second away.
  await erasures.work();
  const { status, certificate } = await client.get(`/v1/erasures/${erasure_id}`);
  if (status !== 'done') return line`\nErasure ${erasure_id} of one visitor: ${status}\n`;
  const rows = Object.values<number>(certificate.rows).reduce((sum, n) => sum + n, 0);
  return line`\nErased one visitor: ${rows} record, no byte left in ${certificate.files.length} files; certificate ${erasure_id}, signed ${certificate.signature.slice(0, 12)}…\n`;
}

const keyOf = ({ made }: Server, scope: string): string =>
  made.find(({ scopes }) => scopes.includes(scope as Json))?.key ?? '';

/** Where to look, and the key to sign in with. */
const dashboardOf = (server: Server): string =>
  `\nDashboard  ${server.address}/\nread key   ${keyOf(server, 'read')}\n\nSign in to the dashboard with the read key.\n\n`;

/** Commands to paste: send a touch and an order, wait until they are loaded, and read the credit of the touch. */
function firstEvent(server: Server): string {
  const { address } = server;
  const key = (scope: string): string => keyOf(server, scope);
  const post = (path: string, body?: object): string =>
    `curl -s ${address}${path} -H 'Authorization: Bearer ${key('write')}'${body ? ` -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'` : ' -X POST'}\n`;
  const now = Date.now();
  const at = (minutes_ago: number): string => new Date(now - minutes_ago * 60_000).toISOString();
  return [
    '\nSend your own first event\n\n',
    post('/v1/touchpoints', {
      customer_id: 'me',
      touchpoint_type: 'email_click',
      campaign_id: 'hello',
      email_id: 'hello-1',
      occurred_at: at(30),
    }),
    post('/v1/conversions', {
      conversion_id: 'my-order',
      customer_id: 'me',
      conversion_type: 'purchase',
      conversion_value: '149.99',
      currency: 'USD',
      occurred_at: at(1),
    }),
    `curl -s '${address}/v1/touchpoints?key=${key('page')}' -d '${JSON.stringify({ anonymous_id: 'me-in-a-page', touchpoint_type: 'website_visit', url: 'https://shop.example/', occurred_at: at(5) })}' -H 'Content-Type: text/plain'\n`,
    post('/v1/flush'),
    `curl -s ${address}/v1/conversions/my-order/receipt -H 'Authorization: Bearer ${key('read')}'\n`,
    `\nwrite key  ${key('write')}\npage key   ${key('page')}\nAPI reference: ${address}/docs\n`,
  ].join('');
}
