/** The log of scheduled fits: when each ran, on what, and what became of it. It is in state and has a bound. */
import { hash } from 'node:crypto';
import { maySee } from '../domain/brand-access.ts';
import { canonicalText } from '../domain/canonical-json.ts';
import { formatInstant } from '../domain/time.ts';
import type { Fenced } from '../log/follower.ts';
import type { ArtifactModel } from '../models/artifacts/artifact.ts';
import type { Check } from '../models/gate.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';
import { artifactModelOf, FIT_MODELS, type FitModel, type FitParameters } from './fit-parameters.ts';

/** A scheduled fit of the configuration: its parameters and its interval. */
export interface ScheduledFit {
  every_hours: number;
  parameters: FitParameters;
}

/** `refused` did not pass its gate, and `stopped` was under way when the program ended. */
export const FIT_OUTCOMES = ['running', 'passed', 'refused', 'failed', 'stopped'] as const;
export type FitOutcome = (typeof FIT_OUTCOMES)[number];
type Ended = 'passed' | 'refused' | 'failed';
const COUNTED: readonly Ended[] = ['passed', 'refused', 'failed'];

/** One run of a scheduled fit. */
export interface FitRun {
  fit: string;
  model: FitModel;
  /** The brand that the schedule names; null for all brands. */
  brand_id: string | null;
  /** The brands that it learned from; null while they are not known. */
  brands: string[] | null;
  as_of: string | null;
  began_at: string;
  ended_at: string | null;
  took_ms: number | null;
  outcome: FitOutcome;
  artifact_id: string | null;
  /** The checks of the gate that failed, each with value and bound. */
  lacks: Pick<Check, 'check' | 'value' | 'required' | 'message'>[];
  /** Why it failed; null if it did not. */
  error: string | null;
}

/** A scheduled fit whose last runs gave no artifact that reports may use. */
export interface FailingFit {
  model: ArtifactModel;
  brand_id: string | null;
  /** Runs since the last one that passed. */
  runs: number;
  outcome: 'refused' | 'failed';
  last_at: string;
}

const RUNS = 'fit_runs';
const COUNTS = 'fit_counts';
/** Runs that are kept; the oldest go first. */
export const MAX_FIT_RUNS = 200;

export class FitLog {
  /** @param fits those of the configuration. */
  constructor(
    private readonly state: State,
    private readonly fits: readonly ScheduledFit[],
  ) {}

  /** Newest first. */
  async list(key_brand_id: string | null): Promise<FitRun[]> {
    const runs = (await this.all()).filter(
      ({ brands, brand_id }) =>
        key_brand_id === null || maySee(key_brand_id, brands ?? (brand_id === null ? [] : [brand_id])),
    );
    return runs.reverse();
  }

  /** The scheduled fits that fail now, in the order of the configuration. One that was never run does not fail. */
  async failing(): Promise<FailingFit[]> {
    if (this.fits.length === 0) return [];
    const ended = (await this.all()).filter(({ outcome }) => outcome !== 'running' && outcome !== 'stopped').reverse();
    return this.fits.flatMap(({ parameters }) => {
      const own = ended.filter(({ fit }) => fit === fitKey(parameters));
      const passed = own.findIndex(({ outcome }) => outcome === 'passed');
      const runs = passed === -1 ? own.length : passed;
      if (runs === 0) return [];
      const { outcome, began_at, brand_id } = own[0]!;
      const model = artifactModelOf(parameters.model);
      return [{ model, brand_id, runs, outcome: outcome as 'refused' | 'failed', last_at: began_at }];
    });
  }

  /** How many runs had each outcome, since the first one. */
  async counts(): Promise<Array<{ model: FitModel; outcome: Ended; count: number }>> {
    const entries = await this.state.list<number>(COUNTS);
    const known = new Map(entries.map(({ key, value }) => [key, value]));
    const models = FIT_MODELS.filter((model) => this.fits.some(({ parameters }) => parameters.model === model));
    return models.flatMap((model) =>
      COUNTED.map((outcome) => ({ model, outcome, count: known.get(`${model} ${outcome}`) ?? 0 })),
    );
  }

  private async all(): Promise<FitRun[]> {
    const runs: FitRun[] = [];
    for await (const { value } of everyEntry(this.state, RUNS)) runs.push(value as unknown as FitRun);
    return runs;
  }
}

/** The key of a fit in the state: a hash of its parameters. The interval is left out, so changing it keeps the key. */
export function fitKey(parameters: FitParameters): string {
  return `${parameters.model} ${hash('sha256', canonicalText(parameters), 'hex').slice(0, 32)}`;
}

const placeOf = (fit: string, began_ms: number): string => `${String(began_ms).padStart(15, '0')} ${fit}`;

/** Writes down that a fit begins. One that is still under way by the log ended with its process, as only one runs at a time. */
export function noteBegin(state: Fenced, parameters: FitParameters, began_ms: number): Promise<void> {
  const fit = fitKey(parameters);
  return state.transaction(async (transaction) => {
    const known = await transaction.list(RUNS, { limit: MAX_FIT_RUNS + 1 });
    for (const { key, value } of known) {
      const run = value as unknown as FitRun;
      if (run.outcome === 'running') await put(transaction, key, { ...run, outcome: 'stopped' });
    }
    for (const { key } of known.slice(0, Math.max(0, known.length + 1 - MAX_FIT_RUNS)))
      await transaction.delete(RUNS, key);
    await put(transaction, placeOf(fit, began_ms), {
      fit,
      model: parameters.model,
      brand_id: parameters.brand_id ?? null,
      ...{ brands: null, as_of: null, began_at: formatInstant(began_ms), ended_at: null, took_ms: null },
      ...{ outcome: 'running', artifact_id: null, lacks: [], error: null },
    });
  });
}

export type FitEnd = { ended_ms: number; outcome: Ended } & Partial<
  Pick<FitRun, 'brands' | 'as_of' | 'artifact_id' | 'lacks' | 'error'>
>;

/** Writes down how a fit ended. */
export function noteEnd(state: Fenced, parameters: FitParameters, began_ms: number, end: FitEnd): Promise<void> {
  const place = placeOf(fitKey(parameters), began_ms);
  const { ended_ms, ...rest } = end;
  return state.transaction(async (transaction) => {
    const run = (await transaction.get(RUNS, place)) as unknown as FitRun | undefined;
    if (run === undefined) return;
    const times = { ended_at: formatInstant(ended_ms), took_ms: ended_ms - began_ms };
    await put(transaction, place, { ...run, ...rest, ...times });
    const counter = `${parameters.model} ${end.outcome}`;
    await transaction.put(COUNTS, counter, ((await transaction.get<number>(COUNTS, counter)) ?? 0) + 1);
  });
}

const put = (transaction: StateTransaction, key: string, run: FitRun): Promise<void> =>
  transaction.put(RUNS, key, run as unknown as Json);
