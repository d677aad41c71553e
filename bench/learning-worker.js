/**
 * One training in a thread of its own, on the compiled product: workerData { task, rows, nice }. Posts the seconds that it took
 * and how good the model is on new rows; `task: 'endless'` boosts until the thread is ended.
 */
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Random } from '../dist/domain/random.js';
import { BOOSTING_DEFAULTS, fitBoosting } from '../dist/learning/boosting.js';
import { predictor } from '../dist/learning/fitted-trees.js';
import { FOREST_DEFAULTS, fitForest } from '../dist/learning/forest.js';
import { makeTable } from '../dist/learning/table.js';

const { task, rows, nice } = workerData;
// On Linux this sets the priority of this thread alone.
if (nice > 0) setPriority(nice);

/** 10 normal, 10 count and 10 binary features, 5 to 10 % missing; about one row in seven is positive. */
function world(size, seed) {
  const random = new Random(seed, 'learning bench');
  const table = makeTable(
    Array.from({ length: 30 }, (_, f) => `feature_${f}`),
    size,
  );
  const target = new Uint8Array(size);
  for (let row = 0; row < size; row++) {
    const x = Array.from({ length: 30 }, (_, f) =>
      f < 10 ? random.normal(0, 1) : f < 20 ? Math.floor(random.exponential(3)) : Number(random.chance(0.3)),
    );
    const linear = -3.4 + 0.8 * x[0] + 0.12 * x[10] + 0.7 * x[21];
    const score = linear + 0.5 * x[1] * x[2] + 0.9 * Math.sin(2 * x[3]) - 0.1 * x[11] * x[20] + 0.6 * x[22] * x[23];
    target[row] = Number(random.unit() < 1 / (1 + Math.exp(-score)));
    x.forEach((value, f) => {
      table.columns[f][row] = random.chance(f < 10 ? 0.1 : 0.05) ? Number.NaN : value;
    });
  }
  return { table, target };
}

/** Processor seconds of this thread. Other programs change them little. Null on systems other than Linux. */
function processorSeconds() {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e9;
  } catch {
    return null;
  }
}

const boost = (train) => fitBoosting(train.table, train.target, { ...BOOSTING_DEFAULTS, loss: 'logistic', seed: 1 });

/** Each task trains and returns a function that predicts for one row. To measure another model, add it here and in learning.ts. */
const TASKS = {
  boosting: (train) => predictor(boost(train)),
  forest: (train) =>
    predictor(fitForest(train.table, train.target, { ...FOREST_DEFAULTS, predicts: 'probability', seed: 1 })),
};

const train = world(rows, 1);
const held_out = world(Math.ceil(rows / 5), 2);
parentPort.postMessage({ started: true });
while (task === 'endless') boost(train);
const start = performance.now();
const processor_before = processorSeconds();
const predict = TASKS[task](train);
const seconds = (performance.now() - start) / 1_000;
const processor_seconds = processor_before === null ? null : processorSeconds() - processor_before;
const { table, target } = held_out;
const log_loss =
  target.reduce((sum, y, row) => {
    const q = predict(Float64Array.from(table.columns, (column) => column[row]));
    return sum - Math.log(y === 1 ? q : 1 - q);
  }, 0) / target.length;
parentPort.postMessage({ seconds, processor_seconds, log_loss });
