/** What monitors keep in state: up to which hour each brand was judged, alarms that go on, and what was seen last. */
import type { Direction } from '../learning/hourly/watch.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';
import type { Metric } from './metrics.ts';

const BRANDS = 'monitor_brands';
const RUNS = 'monitor_runs';
const LAST = 'last';

/** An alarm of a series; hours are numbers since 1970. */
export interface KeptAlarm {
  direction: Direction;
  over: 'hours' | 'day';
  since_hour: number;
  calm: number;
}

export interface SeenSeries {
  metric: Metric;
  subject: string | null;
  status: string;
  over: 'hours' | 'day' | null;
  value: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
}

export interface BrandStanding {
  /** The newest hour that was judged. */
  judged_hour: number;
  alarms: Record<string, KeptAlarm>;
  /** The hours up to which sums of a day hold hours of an alarm that is over. */
  rests: Record<string, number>;
  seen: SeenSeries[];
  channels_left_out: number;
  money_problem: string | null;
  /** When the checks of data quality last ran, and for each what it found. */
  checked_ms: number | null;
  findings: Record<string, number>;
}

export interface Run {
  hour: number;
  at_ms: number;
  /** Hours in which nobody watched, as ranges of numbers since 1970, both ends included. */
  unwatched: Array<[number, number]>;
  brands_left_out: number;
}

export async function readBrand(state: Pick<State, 'get'>, brand_id: string): Promise<BrandStanding | undefined> {
  return (await state.get<Json>(BRANDS, brand_id)) as unknown as BrandStanding | undefined;
}

export const writeBrand = (state: StateTransaction, brand_id: string, standing: BrandStanding): Promise<void> =>
  state.put(BRANDS, brand_id, standing as unknown as Json);

export async function readBrands(state: State): Promise<Array<[string, BrandStanding]>> {
  const found: Array<[string, BrandStanding]> = [];
  for await (const { key, value } of everyEntry<Json>(state, BRANDS))
    found.push([key, value as unknown as BrandStanding]);
  return found;
}

export async function readRun(state: Pick<State, 'get'>): Promise<Run | undefined> {
  return (await state.get<Json>(RUNS, LAST)) as unknown as Run | undefined;
}

export const writeRun = (state: StateTransaction, run: Run): Promise<void> =>
  state.put(RUNS, LAST, run as unknown as Json);
