/** The macros of shared SQL, as ClickHouse's SQL. */
import type { MacroTable } from '../macros.ts';

/** A plain `null` has no type that a table can store, so it gets one. */
const typed = (type: string, x: string): string =>
  /^null$/i.test(x.trim()) ? `cast(null as Nullable(${type}))` : `to${type}(${x})`;

/** A function of `y`, or null where it has no real value. The lambda writes `x` once, so that nested calls do not multiply. */
const whereReal = (domain: string, value: string, x: string): string =>
  `arrayElement(arrayMap(y -> if(${domain}, ${value}, null), [${x}]), 1)`;

export const CLICKHOUSE_MACROS: MacroTable = {
  epoch_ms: (x) => `toUnixTimestamp64Milli(${x})`,
  instant: (x) => `fromUnixTimestamp64Milli(toInt64(${x}), 'UTC')`,
  int64: (x) => typed('Int64', x),
  int128: (x) => typed('Int128', x),
  float64: (x) => typed('Float64', x),
  real_sqrt: (x) => whereReal('y >= 0', 'sqrt(y)', x),
  real_ln: (x) => whereReal('y > 0', 'log(y)', x),
  idiv: (a, b) => `intDiv(${a}, ${b})`,
  // 128-bit division is native in ClickHouse. The way through doubles, which DuckDB needs, would be slower.
  muldiv: (v, s, t) => `intDiv(toInt128(${v}) * toInt128(${s}), toInt128(${t}))`,
  muldiv53: (v, s, t) => `toInt64(intDiv(toInt128(${v}) * toInt128(${s}), toInt128(${t})))`,
  hash53: (x) => `(toInt64(bitShiftRight(sipHash64(${x}), 11)) + 1)`,
  hash256: (x) => `toInt64(reinterpretAsUInt8(substring(MD5(${x}), 1, 1)))`,
  sha256_text: (x) => `lower(hex(SHA256(${x})))`,
  text_key: (x) => `reinterpretAsInt64(reverse(substring(SHA256(${x}), 1, 8)))`,
  bits: (x, mask) => `bitAnd(${x}, ${mask})`,
  // A literal beyond 32 bits is unsigned in ClickHouse, and the rest of a division by it is never below zero.
  floor_div: (a, b) => `(intDiv(${a}, ${b}) - (modulo(${a}, toInt64(${b})) < 0))`,
  sum128: (x) => `sum(toInt128(${x}))`,
  text128: (x) => `toString(${x})`,
  count_where: (x) => `countIf(${x})`,
  same: (a, b) => `((${a}) is not distinct from (${b}))`,
  joined_texts: (x, separator) => `arrayStringConcat(arraySort(groupArray(${x})), ${separator})`,
  json_text: (x, key) => `JSONExtract(${x}, ${key}, 'Nullable(String)')`,
  chr: (n) => `char(${n})`,
  // For a column that is never null, the lag of the first row would be 0 or '' instead of null.
  lag: (x) => `lag(toNullable(${x}))`,
};
