/** The shared macros in ClickHouse's words. */
import type { MacroTable } from '../macros.ts';

/** `null` alone has no type that a table could keep. */
const typed = (type: string, x: string): string =>
  /^null$/i.test(x.trim()) ? `cast(null as Nullable(${type}))` : `to${type}(${x})`;

export const CLICKHOUSE_MACROS: MacroTable = {
  epoch_ms: (x) => `toUnixTimestamp64Milli(${x})`,
  instant: (x) => `fromUnixTimestamp64Milli(toInt64(${x}), 'UTC')`,
  int64: (x) => typed('Int64', x),
  int128: (x) => typed('Int128', x),
  float64: (x) => typed('Float64', x),
  idiv: (a, b) => `intDiv(${a}, ${b})`,
  // 128 bits are native here: a detour through doubles, as DuckDB needs it, would be slower than the division.
  muldiv: (v, s, t) => `intDiv(toInt128(${v}) * toInt128(${s}), toInt128(${t}))`,
  muldiv53: (v, s, t) => `toInt64(intDiv(toInt128(${v}) * toInt128(${s}), toInt128(${t})))`,
  bits: (x, mask) => `bitAnd(${x}, ${mask})`,
  floor_div: (a, b) => `(intDiv(${a}, ${b}) - (modulo(${a}, ${b}) < 0))`,
  sum128: (x) => `sum(toInt128(${x}))`,
  text128: (x) => `toString(${x})`,
  count_where: (x) => `countIf(${x})`,
  same: (a, b) => `((${a}) is not distinct from (${b}))`,
  json_text: (x, key) => `JSONExtract(${x}, ${key}, 'Nullable(String)')`,
  chr: (n) => `char(${n})`,
  // Of a column that cannot be null, the first row's lag would be 0 or ''.
  lag: (x) => `lag(toNullable(${x}))`,
};
