/**
 * A small world for the models to learn, made by arithmetic that gives the same doubles in every language: six features
 * (two with gaps), few enough values that every value has its own bin, a yes-or-no target and a real one.
 *
 * The frozen values in these tests were made with scikit-learn 1.2.1 (Debian's python3-sklearn) on numpy 1.24.2 from the
 * same arithmetic. Fitted on the first 1,500 rows of the stream from 12345, measured on the next 1,500.
 */
import { makeTable, selectRows, type Table } from '../../src/learning/table.ts';

const NAMES = ['slope', 'sign', 'count', 'flag', 'noise', 'bend'];
const ROWS = 1_500;

export interface SmallWorld {
  table: Table;
  /** 0 or 1. */
  answer: Float64Array;
  value: Float64Array;
}

/** What to learn from, and what to be measured on. */
export function smallWorld(): { train: SmallWorld; test: SmallWorld } {
  const unit = congruential(12_345);
  return { train: part(unit), test: part(unit) };
}

/** Knuth's linear congruential generator: poor, and the same everywhere. */
function congruential(state: number): () => number {
  let current = state;
  return () => {
    current = (current * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return current / 2 ** 32;
  };
}

function part(unit: () => number): SmallWorld {
  const table = makeTable(NAMES, ROWS);
  const answer = new Float64Array(ROWS);
  const value = new Float64Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    const slope = Math.floor(unit() * 64) / 8 - 4;
    const sign = Math.floor(unit() * 64) / 8 - 4;
    const count = Math.floor(unit() * unit() * 20);
    const flag = unit() < 0.3 ? 1 : 0;
    const noise = Math.floor(unit() * 200);
    const bend = Math.floor(unit() * 32) / 16 - 1;
    const z = 0.6 * slope + 0.15 * sign * bend * 4 + 0.2 * count - 1 + flag * (sign > 0 ? 1 : -1);
    answer[row] = unit() < 0.5 + (0.5 * z) / (1 + Math.abs(z)) ? 1 : 0;
    value[row] = 10 + 4 * slope + count * flag * 2 + bend * bend * 8 + (unit() + unit() + unit() - 1.5) * 4;
    const seen = [unit() < 0.1 ? Number.NaN : slope, sign, unit() < 0.1 ? Number.NaN : count, flag, noise, bend];
    seen.forEach((x, f) => {
      table.columns[f]![row] = x;
    });
  }
  return { table, answer, value };
}

/** The same table with gaps filled, for models that know none. */
export function filled(table: Table, value: number): Table {
  const copy = selectRows(
    table,
    Array.from({ length: table.rows }, (_, row) => row),
  );
  for (const column of copy.columns) {
    column.forEach((x, row) => {
      if (Number.isNaN(x)) column[row] = value;
    });
  }
  return copy;
}

export function rmse(truth: Float64Array, predicted: Float64Array): number {
  return Math.sqrt(truth.reduce((sum, y, row) => sum + (y - predicted[row]!) ** 2, 0) / truth.length);
}

/** In nats per row. */
export function meanLogLoss(truth: Float64Array, predicted: Float64Array): number {
  return (
    -truth.reduce((sum, y, row) => sum + Math.log(y === 1 ? predicted[row]! : 1 - predicted[row]!), 0) / truth.length
  );
}
