/**
 * npm run bench                     ingest, overload, import, attribution at 10 M touchpoints, batch cost at 0, 10 and 50 M,
 *                                   fits over a file of 1 M paths, reading 10 M touches for a fit, training on 100,000 rows, scoring a
 *                                   month, one new link among 200,000, a server of 10 M touchpoints that 50 clients ask, and
 *                                   links of emails beside a bare server
 * npm run bench -- ingest           one of: ingest overload import attribution histories batch-cost fit reading learning scoring identity
 *                                   insights peers dashboards visible cold-start redirects
 * npm run bench -- catch-up        a spool of 100,000 touchpoints that a server finds; only by its name, also with --beside DIR
 * npm run bench -- import --beside DIR   the same files also by the built program of the checkout DIR, and the ratios
 * npm run bench -- scale            1, 10 and 100 M touchpoints on DuckDB, 1 and 10 M on ClickHouse; only by its name
 *   --sizes 1,10 --clickhouse 1     other sizes, in millions of touchpoints
 * npm run bench -- growth           reports by the query and from histories, at 1, 10 and 100 M touchpoints; only by its name
 *   --sizes 1,10                    other sizes, in millions of touchpoints
 * npm run bench -- identity --people FILE --labels FILE   records of people joined without labels, and precision, recall and F1 beside
 *   --label-pattern 'rec-(\\d+)'     in place of --labels: the part of the record names that names the person
 * npm run bench -- insights         reports of insights beside the attribution report, 10 M touchpoints; only by its name
 * npm run bench -- brands           several brands together beside their attribution report, 2 and 50 brands; only by its name
 *   --touches 10                    another size, in millions of touchpoints
 * npm run bench -- cross-brand      journeys across two brands beside their attribution report by the query; only by its name
 * npm run bench -- consent          reports with consent beside those without, by the query and from histories, 1 M; only by its name
 * npm run bench -- move             a simulated shop from DuckDB to ClickHouse and back, reports compared; only by its name
 * npm run bench -- webhooks         events by the webhook of a source beside arrays of touchpoints; only by its name
 * npm run bench -- intervals        coverage of the 90 % intervals of reports, on simulated worlds; only by its name
 * npm run bench -- destinations     deliveries of the outbox into a server of another process, beside a million that wait; only by its name
 * npm run bench -- erasure          erasure of one person and of ten thousand, from 10 M touchpoints; only by its name
 * npm run bench -- segments         the attribution report filtered by, and grouped by segments beside the same without; only by its name
 *   --touches 10                    another size, in millions of touchpoints
 * npm run bench -- ordering         the gain of a second ordering by person on ClickHouse, at 1 M; only by its name
 * npm run bench -- script           the script for pages in Chromium with a slowed processor; only by its name
 * npm run bench -- intervals        coverage of the 90 % intervals of reports, on simulated worlds; only by its name
 * npm run bench -- forecasts        the forecast of lifetime value beside last year's average, on days that are held out: in simulated
 *                                   shops, and with --cdnow FILE for the CDNOW customers (CDNOW_sample.txt); only by its name
 * npm run bench -- advice           regret of the advice on budgets in worlds with a known response; only by its name
 *   --seeds 5001,100                other worlds: the first seed and how many; not written to the results
 * npm run bench -- dashboard        the first page of the dashboard in Chromium, 1 M touchpoints; only by its name
 *   --touches 10                    another size, in millions of touchpoints
 * npm run bench -- sending          what advice on emails reads of a year beside other reports on emails, 600,000 emails; only by its name
 * npm run bench -- experiments      people put into arms, one by one and as a list; only by its name
 * npm run bench -- state            engines for embedded state; only by its name
 * npm run bench -- beside DIR fit   named benches in this checkout and in the checkout DIR in turns, and the ratios
 * npm run bench -- --scale 0.01     everything a hundred times smaller, to check that it runs
 *
 * Worlds are kept in TRIBUTARY_BENCH_DATA (default: a folder of the system's temporary folder).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchAdvice } from './advice.ts';
import { benchAttribution } from './attribution.ts';
import { benchBeside } from './beside.ts';
import { benchBrands } from './brands.ts';
import { benchCatchUp } from './catch-up.ts';
import { benchColdStart } from './cold-start.ts';
import { benchConsent } from './consent.ts';
import { benchCrossBrand } from './cross-brand.ts';
import { benchDashboard } from './dashboard.ts';
import { benchDashboards } from './dashboards.ts';
import { benchDestinations } from './destinations.ts';
import { benchErasure } from './erasure.ts';
import { benchExperiments } from './experiments.ts';
import { benchFit } from './fit.ts';
import { benchForecasts } from './forecasts.ts';
import { benchGrowth, LONG_TOUCHPOINTS_A_YEAR } from './growth.ts';
import { benchHistories } from './histories.ts';
import { benchIdentity } from './identity.ts';
import { benchIngest, benchOverload } from './ingest.ts';
import { benchInsights } from './insights.ts';
import { benchIntervals } from './intervals.ts';
import { benchLearning } from './learning.ts';
import { benchLinks } from './links.ts';
import { benchBatchCost, benchFolder, benchImport } from './load.ts';
import { benchMatching } from './matching.ts';
import { benchMove } from './move.ts';
import { benchOrdering } from './ordering.ts';
import { benchPeers } from './peers.ts';
import { benchReading } from './reading.ts';
import { benchRedirects } from './redirects.ts';
import { benchScale } from './scale.ts';
import { benchScoring } from './scoring.ts';
import { benchScript } from './script.ts';
import { benchSegments } from './segments.ts';
import { benchSending, sendingWorld } from './sending.ts';
import { benchState } from './state.ts';
import { benchVisible } from './visible.ts';
import { benchWebhooks } from './webhooks.ts';
import { worldOf } from './world.ts';

/** They have a little more than a million touchpoints. */
const MOVED_CUSTOMERS = 48_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    sizes: { type: 'string', default: '1,10,100' },
    clickhouse: { type: 'string', default: '1,10' },
    touches: { type: 'string', default: '1' },
    beside: { type: 'string' },
    cdnow: { type: 'string' },
    seeds: { type: 'string' },
    people: { type: 'string' },
    labels: { type: 'string' },
    'label-pattern': { type: 'string' },
  },
});
const scale = Number(values.scale);
const rows = (millions: number): number => Math.round(millions * 1_000_000 * scale);
/** A smaller run is shorter, too. */
const seconds = (full: number): number => (scale < 1 ? Math.min(full, 10) : full);
const list = (millions: string): number[] => millions.split(',').filter(Boolean).map(Number).map(rows);
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);

if (positionals[0] === 'beside') {
  const [, other, ...names] = positionals;
  if (other === undefined || names.length === 0)
    throw new Error('beside: name the other checkout and at least one bench, as in `npm run bench -- beside DIR fit`');
  benchBeside(benchFolder(), other, names, values.scale);
  process.exit();
}
if (positionals.includes('intervals')) await benchIntervals(scale);
if (wanted('ingest')) await benchIngest(scale);
if (wanted('redirects')) await benchRedirects(scale);
if (wanted('overload')) await benchOverload();
if (wanted('import')) await benchImport(rows(10), values.beside);
if (wanted('attribution')) {
  await benchAttribution(join(benchFolder(), `attribution-${rows(10)}.duckdb`), worldOf(rows(10)));
}
if (wanted('histories')) {
  await benchHistories(join(benchFolder(), `attribution-${rows(10)}.duckdb`), worldOf(rows(10)));
}
if (wanted('batch-cost')) await benchBatchCost(benchFolder(), [0, rows(10), rows(50)]);
if (wanted('fit')) await benchFit(benchFolder(), rows(1));
if (positionals.includes('experiments')) await benchExperiments(Math.round(5_000 * scale));
if (positionals.includes('erasure')) await benchErasure(worldOf(rows(10)), benchFolder());
if (wanted('reading')) await benchReading(join(benchFolder(), `attribution-${rows(10)}.duckdb`), worldOf(rows(10)));
if (wanted('learning')) await benchLearning(rows(0.1));
if (wanted('scoring')) {
  await benchScoring(join(benchFolder(), `scoring-${rows(10)}.duckdb`), {
    ...worldOf(rows(10)),
    conversions: rows(1.2),
  });
}
if (wanted('peers')) {
  await benchPeers(benchFolder(), join(benchFolder(), `attribution-${rows(10)}.duckdb`), worldOf(rows(10)));
}
if (wanted('dashboards')) await benchDashboards(benchFolder(), worldOf(rows(10)), seconds(60));
if (positionals.includes('dashboard')) await benchDashboard(benchFolder(), worldOf(rows(Number(values.touches))));
if (wanted('visible')) await benchVisible(benchFolder(), worldOf(rows(10)), seconds(30));
if (wanted('cold-start')) await benchColdStart(benchFolder(), worldOf(rows(10)));
if (values.people !== undefined) {
  benchMatching(values.people, { labels: values.labels, label_pattern: values['label-pattern'] });
} else if (wanted('identity')) {
  benchLinks(rows(1));
  await benchIdentity(join(benchFolder(), `identity-${rows(0.2)}.duckdb`), rows(0.2));
}
if (positionals.includes('scale')) {
  await benchScale({ folder: benchFolder(), sizes: list(values.sizes), clickhouse_sizes: list(values.clickhouse) });
}
if (positionals.includes('growth')) {
  const touchpoints_a_year = Math.round(LONG_TOUCHPOINTS_A_YEAR * scale);
  await benchGrowth({ folder: benchFolder(), sizes: list(values.sizes), touchpoints_a_year });
}
if (positionals.includes('insights')) {
  await benchInsights(join(benchFolder(), `attribution-${rows(10)}.duckdb`), worldOf(rows(10)));
}
if (positionals.includes('segments')) await benchSegments(benchFolder(), worldOf(rows(Number(values.touches))));
if (positionals.includes('brands')) await benchBrands(benchFolder(), worldOf(rows(Number(values.touches))));
if (positionals.includes('cross-brand')) {
  const world = worldOf(rows(Number(values.touches)));
  await benchCrossBrand(join(benchFolder(), `cross-brand-${world.touchpoints}.duckdb`), world);
}
if (positionals.includes('catch-up')) await benchCatchUp(rows(0.1), values.beside);
if (positionals.includes('consent')) {
  const world = worldOf(rows(Number(values.touches)));
  await benchConsent(join(benchFolder(), `consent-${world.touchpoints}.duckdb`), world);
}
if (positionals.includes('move')) await benchMove(benchFolder(), Math.round(MOVED_CUSTOMERS * scale));
if (positionals.includes('webhooks')) await benchWebhooks(scale);
if (positionals.includes('destinations')) await benchDestinations(rows(1));
if (positionals.includes('ordering')) await benchOrdering(benchFolder(), rows(1));
if (positionals.includes('script')) await benchScript(scale);
if (positionals.includes('intervals')) await benchIntervals(scale);
if (positionals.includes('advice')) benchAdvice(scale, values.seeds);
if (positionals.includes('sending')) {
  const world = sendingWorld(rows(2.4));
  await benchSending(join(benchFolder(), `sending-${world.touchpoints}.duckdb`), world);
}
if (positionals.includes('forecasts')) await benchForecasts(scale, values.cdnow);
if (positionals.includes('state')) await benchState();
