/** Repeats fits on a schedule. A fit is due when its last artifact is old enough, whichever process made it. */
import { canonicalText } from '../domain/canonical-json.ts';
import { TributaryError } from '../domain/errors.ts';
import { MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import type { Fenced, TimedFollower } from '../log/follower.ts';
import { kindOf, listArtifacts } from '../models/artifacts/stored.ts';
import type { Gate } from '../models/gate.ts';
import type { ReportContext, ReportJson } from './context.ts';
import { type FitEnd, fitKey, noteBegin, noteEnd, type ScheduledFit } from './fit-log.ts';
import { fitModel } from './fitting.ts';

/** The start of the last try of each fit, by the hash of its parameters: `{ begun_ms }`. */
const COLLECTION = 'fits';
const CHECK_MS = MS_PER_MINUTE;
const UNEXPECTED = 'an error of the program or of its surroundings; the log of the server says which';

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
  const { parameters } = fit;
  await noteBegin(state, parameters, begun_ms);
  let end: Omit<FitEnd, 'ended_ms'>;
  try {
    end = endOf(await fitModel(context, parameters, { key_brand_id: null }));
  } catch (error) {
    // When the program stops, its threads stop. That is no failure: the fit is still due.
    signal.throwIfAborted();
    onError(error, `scheduled fit of ${parameters.model}`);
    end = { outcome: 'failed', error: error instanceof TributaryError ? error.message : UNEXPECTED };
  }
  await noteEnd(state, parameters, begun_ms, { ...end, ended_ms: context.clock() });
  await remember(state, fit, begun_ms);
}

/** How a fit ended, by its card. */
function endOf(card: ReportJson): Omit<FitEnd, 'ended_ms'> {
  const { artifact_id, brands, as_of } = card as { artifact_id: string; brands: string[]; as_of: string };
  const { passed, checks } = card['gate'] as Gate;
  const lacks = checks
    .filter((check) => !check.passed)
    .map(({ check, value, required, message }) => ({ check, value, required, message }));
  return { outcome: passed ? 'passed' : 'refused', artifact_id, brands, as_of, lacks };
}

async function isDue(state: Fenced, context: ReportContext, fit: ScheduledFit): Promise<boolean> {
  const every_ms = fit.every_hours * MS_PER_HOUR;
  const known = await state.transaction((transaction) =>
    transaction.get<{ begun_ms: number }>(COLLECTION, fitKey(fit.parameters)),
  );
  const now_ms = context.clock();
  if (known !== undefined && now_ms - known.begun_ms < every_ms) return false;
  // Other processes with a state of their own, and users, may have made the same fit. Only the stored artifacts tell.
  const made_ms = await lastMade(context, fit);
  if (made_ms === undefined || now_ms - made_ms >= every_ms) return true;
  await remember(state, fit, made_ms);
  return false;
}

/** The time of the newest artifact of these parameters, trials left out. It reads every card, so it is called only when a fit seems due. */
async function lastMade(context: ReportContext, fit: ScheduledFit): Promise<number | undefined> {
  const asked = requestText(fit.parameters);
  const artifacts = await context.warehouse.read(listArtifacts);
  return artifacts.find(({ settings }) => !kindOf(settings).trial && requestText(settings['request']) === asked)
    ?.created_ms;
}

function remember(state: Fenced, fit: ScheduledFit, begun_ms: number): Promise<void> {
  return state.transaction((transaction) => transaction.put(COLLECTION, fitKey(fit.parameters), { begun_ms }));
}

function requestText(request: unknown): string {
  return canonicalText(request ?? null);
}
