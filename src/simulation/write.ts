/** A simulated world as files: one ndjson per kind of record, in order of arrival, and truth.json. */
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORD_NAMES, type RecordName } from '../domain/index.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../domain/time.ts';
import { ArrivalOrder } from './arrival-order.ts';
import type { Simulated } from './outbox.ts';
import { type SimulationOptions, simulate, type Truth } from './world.ts';

/** Characters in memory before lines go to disk. A world below this size never uses the spill directory. */
const MAX_HELD_CHARS = 48 * 1024 * 1024;
/** About this many customer-days go into one stretch. One in three of them has an event or two. */
const CUSTOMER_DAYS_PER_STRETCH = 100_000;
const CUSTOMERS_PER_TURN = 100;

export interface WriteProgress {
  customers: number;
  events: number;
}

/**
 * Writes the world that `options` describe into `out_dir` (made when missing, files of the same names replaced).
 * Equal options give equal bytes, whatever was spilled on the way.
 * @param onProgress is called from time to time, and at the end.
 * @param max_held_chars the most characters to hold in memory; tests make it small.
 * @returns the content of truth.json; its `lines` count what each file holds.
 */
export async function writeWorld(
  options: SimulationOptions,
  out_dir: string,
  onProgress: (progress: WriteProgress) => void = () => {},
  max_held_chars = MAX_HELD_CHARS,
): Promise<Truth> {
  const world = (onCustomer: (done: number) => void) => simulate(options, onCustomer);
  return writeEvents(world, options.customers, out_dir, onProgress, max_held_chars);
}

/** A world that is about to be generated, customer by customer, and returns its truth. */
type World<T> = (onCustomer: (done: number) => void) => Generator<Simulated, T, void>;

/** {@link writeWorld} for any world of `customers`. The return value of its generator becomes truth.json. */
export async function writeEvents<T>(
  world: World<T>,
  customers: number,
  out_dir: string,
  onProgress: (progress: WriteProgress) => void = () => {},
  max_held_chars = MAX_HELD_CHARS,
): Promise<T> {
  await mkdir(out_dir, { recursive: true });
  const spill_dir = join(out_dir, '.arriving');
  await rm(spill_dir, { recursive: true, force: true });
  try {
    const orders = arrivalOrders(customers, spill_dir);
    const truth = await generate(world, orders, onProgress, max_held_chars);
    for (const name of RECORD_NAMES) await drain(orders[name], join(out_dir, `${name}.ndjson`));
    const file = await newFile(join(out_dir, 'truth.json'));
    await file.writeFile(JSON.stringify(truth, null, 2) + '\n').finally(() => file.close());
    return truth;
  } finally {
    await rm(spill_dir, { recursive: true, force: true });
  }
}

type Orders = Record<RecordName, ArrivalOrder>;

function arrivalOrders(customers: number, spill_dir: string): Orders {
  const days = CUSTOMER_DAYS_PER_STRETCH / Math.max(1, customers);
  const stretch_ms = Math.round(Math.max(MS_PER_HOUR, Math.min(days, 3_650) * MS_PER_DAY));
  return Object.fromEntries(
    RECORD_NAMES.map((name) => [name, new ArrivalOrder(join(spill_dir, name), stretch_ms)]),
  ) as Orders;
}

async function generate<T>(
  world: World<T>,
  orders: Orders,
  onProgress: (progress: WriteProgress) => void,
  max_held_chars: number,
): Promise<T> {
  let [customers, events, breath] = [0, 0, 0];
  const live = world((done) => {
    customers = done;
  });
  for (;;) {
    const next = live.next();
    if (next.done) {
      onProgress({ customers, events });
      return next.value;
    }
    const { record, event, arrives_at_ms } = next.value;
    orders[record].add(arrives_at_ms, JSON.stringify(event));
    events++;
    if (customers < breath + CUSTOMERS_PER_TURN) continue;
    breath = customers;
    onProgress({ customers, events });
    await letOthersRun(orders, max_held_chars);
  }
}

/** Spills when too much is in memory, and gives other work of this process its turn. */
async function letOthersRun(orders: Orders, max_held_chars: number): Promise<void> {
  const all = Object.values(orders);
  if (all.reduce((sum, order) => sum + order.held, 0) > max_held_chars) {
    for (const order of all) await order.spill();
  }
  await new Promise((resolve) => setImmediate(resolve));
}

async function drain(order: ArrivalOrder, path: string): Promise<void> {
  const file = await newFile(path);
  try {
    await order.drainTo(file);
  } finally {
    await file.close();
  }
}

/** A new file in place of what has its name. A link is replaced, and not written through. */
async function newFile(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return open(path, 'wx');
}
