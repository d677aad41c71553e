/** Where each pull stands: when it was read, and why not. */
import type { Json, State, StateTransaction } from '../../state/port.ts';

const STANDINGS = 'pulls';

export interface Standing {
  /** When it is read next. */
  due_ms: number;
  /** True if a person asked for a run before that. */
  asked: boolean;
  /** Runs that failed one after the other. */
  failures: number;
  last_run_ms: number | null;
  last_success_ms: number | null;
  /** Empty if the last run succeeded. */
  last_error: string;
  /** The days and lines of the last run that succeeded. */
  first_date: string | null;
  last_date: string | null;
  lines: number;
  /** Lines that were stated in all, the first time or with another amount. */
  stated: number;
  time_zone: string | null;
  currencies: string[];
}

const newStanding = (): Standing => ({
  due_ms: 0,
  asked: false,
  failures: 0,
  last_run_ms: null,
  last_success_ms: null,
  last_error: '',
  first_date: null,
  last_date: null,
  lines: 0,
  stated: 0,
  time_zone: null,
  currencies: [],
});

export async function readStanding(state: Pick<State, 'get'>, id: string): Promise<Standing> {
  return ((await state.get<Json>(STANDINGS, id)) as unknown as Standing | undefined) ?? newStanding();
}

export function writeStanding(state: StateTransaction, id: string, standing: Standing): Promise<void> {
  return state.put(STANDINGS, id, standing as unknown as Json);
}
