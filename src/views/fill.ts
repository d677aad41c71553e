/** Computes the rows of views for one request. */
import { attribute } from '../attribution/query.ts';
import { TributaryError } from '../domain/errors.ts';
import { reportHead, usedArtifacts } from '../reports/config-hash.ts';
import { type Asker, type ReportContext, type ReportJson, type Resolved, readOptions } from '../reports/context.ts';
import { TOUCH_KEY_NAMES } from '../reports/groups.ts';
import type { AttributionParameters } from '../reports/parameters.ts';
import { resolveParameters } from '../reports/resolve.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { columnsSeen, type View } from './declare.ts';
import { type Cell, campaignRowsOf, REPORTED } from './rows/campaign-rows.ts';
import { LOGGED, type RowSource } from './rows/logged.ts';

/** The most rows of one view. */
export const MAX_VIEW_ROWS = 500_000;
/** Rows of a report that are handed over at a time. */
const PORTION = 2_000;

/** What is asked of views. */
export interface ViewRequest {
  parameters: AttributionParameters;
  /** True if columns that name persons are there. */
  persons: boolean;
}

/** Takes some rows of a view: the cells of each column that the request sees. */
export type TakeCells = (view: View, rows: number, cells: ReadonlyArray<ArrayLike<Cell>>) => Promise<void>;

/**
 * Computes views and hands over their rows. All of them are of one position of the log.
 * @returns the head of the answer: the period, the currency, the position.
 * @throws bad_request naming the parameter; unprocessable for too many rows; the errors of the reports.
 */
export async function fillViews(
  context: ReportContext,
  views: readonly View[],
  { parameters, persons }: ViewRequest,
  asker: Asker,
  take: TakeCells,
): Promise<ReportJson> {
  const taken = limited(take);
  const resolved = await context.warehouse.read(async (snapshot) => {
    const found = await resolveParameters(snapshot, context, parameters, {
      ...asker,
      extra: { report: 'sql' },
      touch_columns: TOUCH_KEY_NAMES,
    });
    await fillLogged(snapshot, context, found, { views, persons }, taken);
    return found;
  }, readOptions(context));
  const { plan, period, as_of } = resolved;
  const { models: _models, model: _model, artifact: _artifact, ...shared } = parameters;
  const artifacts = usedArtifacts(plan);
  for (const view of views.filter(({ name }) => name in REPORTED))
    for (const { name } of plan.models) {
      const artifact = artifacts[name] === undefined ? {} : { artifact: artifacts[name] };
      const asked = { ...shared, ...period, ...artifact, as_of, currency: plan.currency, model: name };
      const rows = await campaignRowsOf(view, context, asked, asker);
      for (let from = 0; from < rows.length; from += PORTION) {
        const portion = rows.slice(from, from + PORTION);
        const cells = columnsSeen(view, persons).map((_, c) => portion.map((row) => row[c]!));
        await taken(view, portion.length, cells);
      }
    }
  return { ...reportHead(resolved, context.clock()), attribution_models: plan.models.map(({ name }) => name) };
}

async function fillLogged(
  snapshot: Snapshot,
  context: ReportContext,
  { plan }: Resolved,
  { views, persons }: { views: readonly View[]; persons: boolean },
  take: TakeCells,
): Promise<void> {
  const logged = views.filter(({ name }) => name in LOGGED);
  if (logged.length === 0) return;
  const query = await attribute(snapshot, plan, context.directory);
  for (const view of logged)
    for (const source of await LOGGED[view.name]!(snapshot, plan, query))
      await readSource(snapshot, view, source, persons, take);
}

async function readSource(
  snapshot: Snapshot,
  view: View,
  { cells, from, model }: RowSource,
  persons: boolean,
  take: TakeCells,
): Promise<void> {
  const columns = columnsSeen(view, persons).map(([name]) => name);
  const read = columns.filter((name) => name !== 'model');
  const sql = `select ${read.map((name) => `${cells[name]} as ${name}`).join(', ')} from ${from} limit ${MAX_VIEW_ROWS + 1}`;
  await snapshot.columns(sql, {}, (found) => {
    const names = new Array<string>(model === undefined ? 0 : found.rows).fill(model ?? '');
    let next = 0;
    const all = columns.map((name) => (name === 'model' ? names : found.cells[next++]!));
    return take(view, found.rows, all);
  });
}

/** Counts the rows of each view. @throws unprocessable when a view has too many. */
function limited(take: TakeCells): TakeCells {
  const counts = new Map<string, number>();
  return async (view, rows, cells) => {
    const count = (counts.get(view.name) ?? 0) + rows;
    counts.set(view.name, count);
    if (count > MAX_VIEW_ROWS)
      throw new TributaryError(
        'unprocessable',
        `start: the view ${view.name} has more than ${MAX_VIEW_ROWS} rows, the limit; ask for a shorter period, for one brand or for fewer models`,
        { field: 'start' },
      );
    await take(view, rows, cells);
  };
}
