/** The parts of the contract that take long: what an operator relies on, on ClickHouse, and many random rows on both engines. */
import { join } from 'node:path';
import { describe, inject } from 'vitest';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { openClickHouse } from '../support/clickhouse.ts';
import { temporaryFolder } from '../support/folder.ts';
import { operatorContract } from './contract.ts';
import { rowContract } from './contract-rows.ts';

rowContract((limits) =>
  DuckDBWarehouse.open({ path: join(temporaryFolder(), 'warehouse.duckdb'), threads: 2, ...limits }),
);

describe.skipIf(inject('clickhouse_url') === '')('over HTTP', () => {
  operatorContract('ClickHouse', openClickHouse);
  rowContract(openClickHouse);
});
