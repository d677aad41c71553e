/** The value of an order as a double, exact as far as doubles are. */
import { MICROS_PER_UNIT } from '../domain/money.ts';
import { SMALL } from '../histories/exact.ts';

/** SQL for two columns that {@link majorUnits} reads. An engine may round a large integer in another way, so that is read as text. */
export function valueColumns(micros: string): string {
  const small = `${micros} >= int128(0) and ${micros} < int128(${SMALL})`;
  return `float64(case when ${small} then ${micros} else int128(0) end) as small_micros, case when ${small} then null else text128(${micros}) end as large_micros`;
}

/** The value of an order in major units. */
export function majorUnits(small_micros: number, large_micros: string | null): number {
  return (large_micros === null ? small_micros : Number(large_micros)) / MICROS_PER_UNIT;
}
