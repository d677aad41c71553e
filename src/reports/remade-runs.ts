/**
 * Makes frozen runs anew after an erasure, from what is left of the log: the request, the settings and the position stay. A run that was
 * taken away and not written yet stands in state, so that a crash loses none.
 */
import { attribute } from '../attribution/query.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State } from '../state/port.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import { turnsOf } from '../warehouse/turns.ts';
import { type ReportContext, readOptions } from './context.ts';
import { resolveParameters } from './resolve.ts';
import { type Run, readResults, readRun } from './runs.ts';

const UNDER_WAY = 'erased_runs';
const COLUMNS = 'run_id, brands, request, settings, as_of, config_hash, epoch_ms(created_at) as created_at';

/** @param begins how the names begin that took the place of erased ids. */
export async function remakeRuns(context: ReportContext, state: State, begins: string): Promise<void> {
  const { warehouse } = context;
  await turnsOf(warehouse, 'freeze').take(async () => {
    for (const row of await warehouse.read((snapshot) =>
      snapshot.query(
        `select ${COLUMNS} from attribution_runs where run_id in (select run_id from attribution_results
           where substr(coalesce(touchpoint_id, ''), 1, ${begins.length}) = $begins or substr(conversion_id, 1, ${begins.length}) = $begins)`,
        { begins },
      ),
    ))
      await state.transaction((transaction) =>
        transaction.put(UNDER_WAY, String(row['run_id']), { ...row, created_at: Number(row['created_at']) } as Json),
      );
    const waiting: Array<{ key: string; row: Row }> = [];
    for await (const { key, value } of everyEntry<Json>(state, UNDER_WAY)) waiting.push({ key, row: value as Row });
    for (const { key, row } of waiting) {
      await remake(context, row);
      await state.transaction((transaction) => transaction.delete(UNDER_WAY, key));
    }
  });
}

async function remake(context: ReportContext, row: Row): Promise<void> {
  const { warehouse } = context;
  const { run_id } = read(row, { run_id: 'text' });
  const [known] = readAll(
    await warehouse.read((snapshot) =>
      snapshot.query('select run_id from attribution_runs where run_id = $run_id', { run_id }),
    ),
    { run_id: 'text' },
  );
  // The run is read before it goes; after a crash it is gone, and what is in state is the run.
  if (known === undefined) await warehouse.append({ attribution_runs: [row] });
  const results = await warehouse.read(async (snapshot) => {
    const run: Run = await readRun(snapshot, run_id, null);
    const as_frozen = {
      ...context,
      settings: (brand_id: string) => run.settings[brand_id] ?? context.settings(brand_id),
    };
    const { plan } = await resolveParameters(
      snapshot,
      as_frozen,
      { ...run.request, as_of: run.as_of },
      {
        ...{ key_brand_id: null, brand_ids: run.brands, extra: { report: 'run' } },
        ...{ touch_columns: ['touchpoint_id'], frozen_artifacts: true },
      },
    );
    const query = await attribute(snapshot, plan, context.directory);
    return readResults(snapshot, plan, query, run_id);
  }, readOptions(context));
  const where = `run_id = '${run_id.replaceAll("'", "''")}'`;
  await warehouse.erase({
    relations: [],
    changes: [
      { table: 'attribution_results', where },
      { table: 'attribution_runs', where },
    ],
  });
  await warehouse.append({ attribution_results: results.rows, attribution_runs: [row] });
}
