/** The shared macros in DuckDB's words. */
import type { MacroTable } from '../macros.ts';

export const DUCKDB_MACROS: MacroTable = {
  epoch_ms: (x) => `epoch_ms(${x})`,
  instant: (x) => `make_timestamp_ms(${x})::timestamp_ms`,
  int64: (x) => `(${x})::bigint`,
  int128: (x) => `(${x})::hugeint`,
  float64: (x) => `(${x})::double`,
  idiv: (a, b) => `((${a}) // (${b}))`,
  floor_div: (a, b) => `((${a}) // (${b}) - ((${a}) % (${b}) < 0)::int)`,
  sum128: (x) => `sum((${x})::hugeint)`,
  text128: (x) => `(${x})::varchar`,
  count_where: (x) => `count(*) filter (where ${x})`,
  same: (a, b) => `(${a}) is not distinct from (${b})`,
  json_text: (x, key) => `json_extract_string(${x}, ${key})`,
};
