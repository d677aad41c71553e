/**
 * Lineage: what an answer was made of. It names the question with its days and its log position, the settings, the fits and the rows
 * of the log at that position. The hash of the answer lets somebody with the same log check it.
 */
import { hash } from 'node:crypto';
import { canonicalText } from '../../domain/canonical-json.ts';
import { badRequest } from '../../domain/errors.ts';
import { RECORD_NAMES } from '../../domain/index.ts';
import { formatInstant } from '../../domain/time.ts';
import { soundArtifact } from '../../models/artifacts/stored.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, resolvePosition } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { lastingPart } from '../artifact-notes.ts';
import { usedArtifacts } from '../config-hash.ts';
import { type Asker, type ReportContext, type ReportJson, type Resolved, readOptions } from '../context.ts';
import type { Report } from '../declare.ts';
import { CreditRowsParameters, creditRows } from './credit-rows.ts';

export interface AskedReport {
  report: Report;
  asked: Record<string, unknown>;
  /** Filters of the row that a figure is in. */
  of_row: readonly string[];
}

/**
 * Asks a report, and says what its answer was made of.
 * @throws bad_request for a report that does not read the log at a position, and the errors of the report.
 */
export async function lineageOf(
  context: ReportContext,
  { report, asked, of_row }: AskedReport,
  asker: Asker,
): Promise<ReportJson> {
  if (report.writes !== null || report.name === 'comparison')
    throw badRequest('address', `${report.path} stores or compares runs; ask for the lineage of the report itself`);
  if (asked['dp_epsilon'] !== undefined)
    throw badRequest('address', 'has dp_epsilon: an answer with noise cannot be traced back to rows; leave it out');
  const all_resolved: Resolved[] = [];
  const answer = await report.run({ ...context, resolved: (one) => all_resolved.push(one) }, asked, asker);
  const { as_of, config_hash } = answer;
  if (typeof as_of !== 'string')
    throw badRequest('address', `${report.path} is not computed from the log; ask for the lineage of a report on it`);
  const resolved = all_resolved.find((one) => one.config_hash === config_hash);
  const fixed = fixedQuestion(report, asked, answer);
  const of_plan = resolved?.plan.brands.map(({ brand_id }) => brand_id) ?? [];
  const { key_brand_id } = asker;
  // Who may read all brands, and asks for all, needs no list of them.
  const brands = key_brand_id !== null ? [key_brand_id] : asked['brand_id'] === undefined ? null : of_plan;
  return {
    address: addressOf(report, fixed),
    answer_sha256: answerHash(answer),
    as_of,
    config_hash: config_hash ?? null,
    report_period: answer['report_period'] ?? null,
    settings:
      resolved === undefined
        ? null
        : Object.fromEntries(resolved.plan.brands.map(({ brand_id, settings }) => [brand_id, settings])),
    models: resolved?.plan.models.map(({ name }) => name) ?? [],
    rows_address: rowsAddress(report, fixed, of_row),
    ...(await context.warehouse.read(
      async (snapshot) => ({
        artifacts: await readArtifacts(
          snapshot,
          Object.values(resolved === undefined ? {} : usedArtifacts(resolved.plan)),
        ),
        log: await readLog(snapshot, as_of, brands),
      }),
      readOptions(context),
    )),
    generated_at: formatInstant(context.clock()),
  };
}

/** SHA-256 of the answer as canonical JSON, without the time at which it was made and the warnings that come and go. */
export function answerHash(answer: ReportJson): string {
  return hash('sha256', canonicalText(lastingPart(answer)), 'hex');
}

/** The question with its days and its log position, so that it has the same answer on every later day. */
function fixedQuestion(report: Report, asked: Record<string, unknown>, answer: ReportJson): Record<string, unknown> {
  const { start, end } = (answer['report_period'] ?? {}) as { start?: string; end?: string };
  const takes = Object.keys(report.parameters.properties);
  const fixed = Object.entries({ start, end, as_of: answer['as_of'] }).filter(
    ([name, value]) => takes.includes(name) && value !== undefined,
  );
  return { ...asked, ...Object.fromEntries(fixed) };
}

function addressOf({ path, path_parameters }: Report, asked: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(asked).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined || Object.hasOwn(path_parameters, name)) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const named = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(asked[name])));
  return search.size === 0 ? named : `${named}?${search}`;
}

/** The report on the rows behind the same question; null for a report whose figures are not sums over orders. */
function rowsAddress(report: Report, fixed: Record<string, unknown>, of_row: readonly string[]): string | null {
  const { campaign_id } = fixed;
  const of_campaign = typeof campaign_id === 'string' ? [`campaign_id:${campaign_id}`] : [];
  if (of_campaign.length === 0 && !Object.hasOwn(report.parameters.properties, 'filter')) return null;
  const takes = Object.keys(CreditRowsParameters.properties);
  const models = typeof fixed['models'] === 'string' ? { model: fixed['models'].split(',')[0]!.trim() } : {};
  const filter = [...new Set([...((fixed['filter'] as string[] | undefined) ?? []), ...of_campaign, ...of_row])];
  const own = Object.entries({ ...fixed, ...models, filter, limit: undefined });
  return addressOf(creditRows, Object.fromEntries(own.filter(([name]) => takes.includes(name))));
}

async function readArtifacts(snapshot: Snapshot, ids: readonly string[]): Promise<ReportJson[]> {
  const listed: ReportJson[] = [];
  for (const artifact_id of new Set(ids)) {
    const artifact = await soundArtifact(snapshot, artifact_id);
    if (artifact === undefined) continue;
    const { model, family, brands, as_of, settings, created_ms, card } = artifact;
    const created_at = formatInstant(created_ms);
    listed.push({ artifact_id, model, family, brands, as_of, settings, created_at, passed: card.gate.passed });
  }
  return listed;
}

const LOG_ROW = {
  collector_id: 'text',
  row_count: 'number',
  first_log_seq: 'number',
  last_log_seq: 'number',
  first_received_ms: 'number',
  last_received_ms: 'number',
} as const;

/** The rows that the log holds of these brands at the position, by kind of record and collector. */
async function readLog(snapshot: Snapshot, as_of: string, brands: readonly string[] | null): Promise<ReportJson[]> {
  const position = await resolvePosition(snapshot, as_of);
  const parameters = Object.fromEntries((brands ?? []).map((brand_id, i) => [`brand${i}`, brand_id]));
  const of_brands = brands === null ? '' : `and r.brand_id in (${brands.map((_, i) => `$brand${i}`).join(', ')})`;
  const listed: ReportJson[] = [];
  for (const record of RECORD_NAMES) {
    const found = await snapshot.query(
      `select r.collector_id as collector_id, count(*) as row_count, min(r.log_seq) as first_log_seq, max(r.log_seq) as last_log_seq,
         epoch_ms(min(r.received_at)) as first_received_ms, epoch_ms(max(r.received_at)) as last_received_ms
       from ${record} r where ${atOrBefore('r', position)} ${of_brands} group by r.collector_id order by r.collector_id`,
      parameters,
    );
    for (const { first_received_ms, last_received_ms, ...row } of readAll(found, LOG_ROW))
      listed.push({
        record,
        ...row,
        first_received_at: formatInstant(first_received_ms),
        last_received_at: formatInstant(last_received_ms),
      });
  }
  return listed;
}
