/** Fits that are repeated: each is due when its last one is old enough, also after a restart and whichever process made it. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';
import { assert } from '../domain/errors.ts';
import { MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import type { Fenced, TimedFollower } from '../log/follower.ts';
import { listArtifacts } from '../models/artifacts/stored.ts';
import type { ReportContext } from './context.ts';
import type { FitParameters } from './fit-parameters.ts';
import { fitModel } from './fitting.ts';

/** A fit of the configuration: what to ask for, and how often. */
export interface ScheduledFit {
  every_hours: number;
  parameters: FitParameters;
}

/** When each was last begun, by the hash of what it asks for: `{ begun_ms }`. */
const COLLECTION = 'fits';
const CHECK_MS = MS_PER_MINUTE;

/** @param onError hears of fits that failed; the next try is the next time it is due. */
export function scheduledFits(
  context: ReportContext,
  fits: readonly ScheduledFit[],
  onError: (error: unknown, what: string) => void,
): TimedFollower {
  return {
    name: 'fits',
    tables: [],
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
    // At the end of the program its threads end too: the fit is still due.
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
  // Processes with a state of their own, and people who ask for the same fit, are found in the log only.
  const made_ms = await lastMade(context, fit);
  if (made_ms === undefined || now_ms - made_ms >= every_ms) return true;
  await remember(state, fit, made_ms);
  return false;
}

/** When an artifact of these parameters was last made. It reads every card, so it is asked only when a fit seems due. */
async function lastMade(context: ReportContext, fit: ScheduledFit): Promise<number | undefined> {
  const asked = requestText(fit.parameters);
  const artifacts = await context.warehouse.read(listArtifacts);
  return artifacts.find(({ settings }) => requestText(settings['request']) === asked)?.created_ms;
}

function remember(state: Fenced, fit: ScheduledFit, begun_ms: number): Promise<void> {
  return state.transaction((transaction) => transaction.put(COLLECTION, stateKey(fit), { begun_ms }));
}

/** A fit is known by what it asks for, so that another interval does not make it a new one. */
function stateKey({ parameters }: ScheduledFit): string {
  return `${parameters.model} ${hash('sha256', requestText(parameters), 'hex').slice(0, 32)}`;
}

function requestText(request: unknown): string {
  const text = canonicalJson(JSON.parse(JSON.stringify(request ?? null)));
  assert(text !== undefined, 'what a fit asks for is JSON');
  return text;
}
