/** Repeats fits on a schedule. A fit is due when its last artifact is old enough, whichever process made it. */
import { hash } from 'node:crypto';
import { canonicalText } from '../domain/canonical-json.ts';
import { MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import type { Fenced, TimedFollower } from '../log/follower.ts';
import { listArtifacts } from '../models/artifacts/stored.ts';
import type { ReportContext } from './context.ts';
import type { FitParameters } from './fit-parameters.ts';
import { fitModel } from './fitting.ts';

/** A scheduled fit of the configuration: its parameters and its interval. */
export interface ScheduledFit {
  every_hours: number;
  parameters: FitParameters;
}

/** The start of the last try of each fit, by the hash of its parameters: `{ begun_ms }`. */
const COLLECTION = 'fits';
const CHECK_MS = MS_PER_MINUTE;

/** @param onError is called for a fit that failed. The fit is tried again when it is due the next time. */
export function scheduledFits(
  context: ReportContext,
  fits: readonly ScheduledFit[],
  onError: (error: unknown, what: string) => void,
): TimedFollower {
  return {
    name: 'fits',
    every_ms: CHECK_MS,
    run: async (state, signal) => {
      for (const fit of fits) {
        signal.throwIfAborted();
        if (await isDue(state, context, fit)) await runFit(state, context, fit, { signal, onError });
      }
    },
  };
}

async function runFit(
  state: Fenced,
  context: ReportContext,
  fit: ScheduledFit,
  { signal, onError }: { signal: AbortSignal; onError: (error: unknown, what: string) => void },
): Promise<void> {
  const begun_ms = context.clock();
  try {
    await fitModel(context, fit.parameters, { key_brand_id: null });
  } catch (error) {
    // When the program stops, its threads stop. That is no failure: the fit is still due.
    signal.throwIfAborted();
    onError(error, `scheduled fit of ${fit.parameters.model}`);
  }
  await remember(state, fit, begun_ms);
}

async function isDue(state: Fenced, context: ReportContext, fit: ScheduledFit): Promise<boolean> {
  const every_ms = fit.every_hours * MS_PER_HOUR;
  const known = await state.transaction((transaction) =>
    transaction.get<{ begun_ms: number }>(COLLECTION, stateKey(fit)),
  );
  const now_ms = context.clock();
  if (known !== undefined && now_ms - known.begun_ms < every_ms) return false;
  // Other processes with a state of their own, and users, may have made the same fit. Only the stored artifacts tell.
  const made_ms = await lastMade(context, fit);
  if (made_ms === undefined || now_ms - made_ms >= every_ms) return true;
  await remember(state, fit, made_ms);
  return false;
}

/** The time of the newest artifact of these parameters. It reads every card, so it is called only when a fit seems due. */
async function lastMade(context: ReportContext, fit: ScheduledFit): Promise<number | undefined> {
  const asked = requestText(fit.parameters);
  const artifacts = await context.warehouse.read(listArtifacts);
  return artifacts.find(({ settings }) => requestText(settings['request']) === asked)?.created_ms;
}

function remember(state: Fenced, fit: ScheduledFit, begun_ms: number): Promise<void> {
  return state.transaction((transaction) => transaction.put(COLLECTION, stateKey(fit), { begun_ms }));
}

/** The key of a fit in the state: a hash of its parameters. The interval is left out, so changing it keeps the key. */
function stateKey({ parameters }: ScheduledFit): string {
  return `${parameters.model} ${hash('sha256', requestText(parameters), 'hex').slice(0, 32)}`;
}

function requestText(request: unknown): string {
  return canonicalText(request ?? null);
}
