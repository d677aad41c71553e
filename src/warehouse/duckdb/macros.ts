/** The macros of shared SQL, as DuckDB's SQL. */
import type { MacroTable } from '../macros.ts';

/** 2^53: a double holds every integer up to this one exactly. */
const EXACT = '9007199254740992';

/**
 * v * s / t for 0 <= v < 2^53, rounded down. DuckDB divides 128-bit integers bit by bit, which is eleven times slower than this.
 * The quotient of doubles is wrong by a few units at most. The remainder, exact in 128 bits, gives the correction.
 */
function scaledDown(v: string, s: string, t: string): string {
  const guess = `floor((${v})::double * ((${s})::double / (${t})::double))`;
  return `(${guess}::bigint + floor(((${v})::hugeint * (${s})::hugeint - ${guess}::hugeint * (${t})::hugeint)::bigint::double / (${t})::double)::bigint)`;
}

export const DUCKDB_MACROS: MacroTable = {
  epoch_ms: (x) => `epoch_ms(${x})`,
  instant: (x) => `make_timestamp_ms(${x})::timestamp_ms`,
  int64: (x) => `(${x})::bigint`,
  int128: (x) => `(${x})::hugeint`,
  float64: (x) => `(${x})::double`,
  // DuckDB refuses the whole query where a function has no value.
  real_sqrt: (x) => `try(sqrt(${x}))`,
  real_ln: (x) => `try(ln(${x}))`,
  idiv: (a, b) => `((${a}) // (${b}))`,
  muldiv: (v, s, t) =>
    `(case when (${v}) >= 0 and (${v}) < ${EXACT} then ${scaledDown(v, s, t)}
       when (${v}) < 0 and (${v}) > -${EXACT} then -${scaledDown(`-(${v})`, s, t)}
       else ((${v})::hugeint * (${s})::hugeint) // (${t})::hugeint end)`,
  muldiv53: scaledDown,
  hash53: (x) => `((hash(${x}) >> 11)::bigint + 1)`,
  hash256: (x) => `('0x' || md5(${x})[1:2])::bigint`,
  sha256_text: (x) => `sha256(${x})`,
  // DuckDB refuses a number beyond a signed integer, so the upper half is moved below zero in 128 bits.
  text_key: (x) =>
    `(((('0x' || sha256(${x})[1:16])::ubigint::hugeint + 9223372036854775808) % 18446744073709551616) - 9223372036854775808)::bigint`,
  bits: (x, mask) => `((${x}) & (${mask}))`,
  floor_div: (a, b) => `((${a}) // (${b}) - ((${a}) % (${b}) < 0)::int)`,
  sum128: (x) => `sum((${x})::hugeint)`,
  text128: (x) => `(${x})::varchar`,
  count_where: (x) => `count(*) filter (where ${x})`,
  same: (a, b) => `(${a}) is not distinct from (${b})`,
  joined_texts: (x, separator) => `string_agg(${x}, ${separator} order by ${x})`,
  json_text: (x, key) => `json_extract_string(${x}, ${key})`,
  chr: (n) => `chr(${n})`,
  lag: (x) => `lag(${x})`,
};
