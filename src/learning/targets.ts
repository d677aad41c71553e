import { assert } from '../domain/errors.ts';
import type { Table } from './table.ts';

/** Stops unless there is one finite target per row (in [0, 1] for a probability) and, if any, one weight that is not negative. */
export function checkTargets(
  table: Table,
  target: ArrayLike<number>,
  probability: boolean,
  weights: ArrayLike<number> | undefined,
): void {
  assert(table.rows > 0 && table.names.length > 0, 'there are rows and features to learn from');
  assert(target.length === table.rows, 'there is one target per row');
  assert(!weights || weights.length === table.rows, 'there is one weight per row');
  for (let row = 0; row < table.rows; row++) {
    const y = target[row]!;
    assert(Number.isFinite(y) && (!probability || (y >= 0 && y <= 1)), `target of row ${row} is one, not ${y}`);
    if (!weights) continue;
    const weight = weights[row]!;
    assert(Number.isFinite(weight) && weight >= 0, `weight of row ${row} is one, not ${weight}`);
  }
}
