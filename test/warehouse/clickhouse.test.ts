/** ClickHouse keeps the contract, over its HTTP interface. */
import { describe, inject } from 'vitest';
import { openClickHouse } from '../support/clickhouse.ts';
import { warehouseContract } from './contract.ts';

describe.skipIf(inject('clickhouse_url') === '')('over HTTP', () => {
  warehouseContract('ClickHouse', () => openClickHouse());
});
