/** The types of DuckDB's client for the columns of a table. */
import { BIGINT, DOUBLE, type DuckDBType, TIMESTAMP_MS, VARCHAR } from '@duckdb/node-api';
import type { ColumnType } from '../schema.ts';

export const TYPES: Record<ColumnType, DuckDBType> = {
  text: VARCHAR,
  int64: BIGINT,
  float64: DOUBLE,
  instant: TIMESTAMP_MS,
};
