/** Scenarios on both engines. */
import { ClickHouseServer } from '../support/clickhouse.ts';
import type { Scenario } from './harness.ts';
import type { Stage } from './stage.ts';

/** The warehouse that a scenario is to use: the database of that name, or the data folder's own. */
export type Warehouse = (database: string) => string | undefined;

/** Starts a ClickHouse that goes with the stage, and lets the servers use it. It stands for a machine of its own. */
export async function useClickHouse(stage: Stage, settings: Record<string, unknown> = {}): Promise<ClickHouseServer> {
  const clickhouse = await ClickHouseServer.start();
  clickhouse.giveWay();
  stage.cleanUp.push(() => clickhouse.stop());
  stage.configure({ ...settings, warehouse: urlOf(clickhouse, 'faults') });
  return clickhouse;
}

/** A scenario on DuckDB, and the same on ClickHouse. */
export function onBothEngines(
  { run, fault }: Pick<Scenario, 'fault'> & { run: OnEngine },
  settings: Record<string, unknown> = {},
): Scenario[] {
  return [
    {
      fault,
      run: (stage, size) => {
        stage.configure(settings);
        return run(stage, size, () => undefined);
      },
    },
    {
      fault: `${fault}, on ClickHouse`,
      needs_clickhouse: true,
      run: async (stage, size) => {
        const clickhouse = await useClickHouse(stage, settings);
        return run(stage, size, (database) => urlOf(clickhouse, database));
      },
    },
  ];
}

type OnEngine = (...given: [...Parameters<Scenario['run']>, Warehouse]) => ReturnType<Scenario['run']>;

function urlOf(clickhouse: ClickHouseServer, database: string): string {
  return `clickhouse://default@${new URL(clickhouse.url).host}/${database}`;
}
