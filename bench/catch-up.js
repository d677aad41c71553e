/**
 * Fills a spool, opens its folder and loads it: `node bench/catch-up.js FOLDER RECORDS CHECKOUT` runs the built program of a checkout and
 * tells its parent what that took. The parent sends the event first.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const [folder, records, checkout] = process.argv.slice(2);
const built = (file) => import(join(checkout, 'dist', file));
const [{ makeConfig }, { touchpoints }, { keepRecord }, { Spool }, { privacyRules }, { openTributary }] =
  await Promise.all([
    built('config.js'),
    built('domain/touchpoint.js'),
    built('log/kept-record.js'),
    built('log/spool.js'),
    built('enrichment/private.js'),
    built('tributary.js'),
  ]);

const ARRAY_ITEMS = 500;

async function fill(config, event) {
  const spool = await Spool.open({ folder: join(folder, 'spool'), limits: config.limits, committed_log_seq: 0 });
  const now_ms = Date.now();
  const context = { now_ms, key_brand_id: null, defaultCurrency: () => 'USD' };
  const privacy = { ip_storage: config.ip_storage, own_domains: config.own_domains };
  for (let from = 0; from < Number(records); from += ARRAY_ITEMS) {
    const kept = Array.from({ length: ARRAY_ITEMS }, (_, i) =>
      keepRecord('touchpoints', touchpoints.read({ ...event, touchpoint_id: `tp-${from + i}` }, context), privacy),
    );
    await spool.append(kept, { source: 'bench', privacy: privacyRules(privacy), received_at: now_ms });
  }
  await spool.close();
}

process.once('message', async (event) => {
  const config = makeConfig({ log_level: 'error', limits: {} });
  await fill(config, event);
  const before = process.cpuUsage();
  const began_ms = performance.now();
  const loop = performance.eventLoopUtilization();
  const tributary = await openTributary({ folder, config });
  await tributary.collector.flush(600_000);
  const loaded_ms = performance.now();
  const { active } = performance.eventLoopUtilization(loop);
  const { user, system } = process.cpuUsage(before);
  process.send({
    elapsed_ms: loaded_ms - began_ms,
    processor_ms: (user + system) / 1_000,
    loop_ms: active,
    loaded: tributary.collector.health().loader.loaded.touchpoints,
  });
  await tributary.close();
  process.exit(0);
});
