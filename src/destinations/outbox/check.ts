/** Checks the settings of a destination without an effect there: nothing that it is told is kept. */
import { hash } from 'node:crypto';
import { Forbidden, OutNetwork } from '../../network/network.ts';
import type { Outcome, SettingProblem } from '../destination.ts';
import type { DestinationSettings } from '../settings.ts';
import { Caller } from './call.ts';

/** The longest wait for one answer, and for all of a check. */
const ANSWER_MS = 10_000;
const CHECK_MS = 15_000;

export interface Checked {
  destination_id: string;
  kind: string;
  /** `not_checked`: the server is there, and no call without an effect shows more. */
  result: 'ok' | 'problem' | 'not_checked';
  /** What is known, or what is wrong. */
  message: string;
  /** The setting at fault and what a person does; null if nothing is wrong. */
  field: string | null;
  fix: string | null;
}

/** Asks a destination if it would take what is sent there. @returns within {@link CHECK_MS}. */
export async function checkDestination(settings: DestinationSettings, clock: () => number): Promise<Checked> {
  const network = new OutNetwork(settings.private_network, ANSWER_MS);
  const caller = new Caller(settings, network, clock);
  try {
    const { id, destination } = settings;
    const found = await examine(settings, network, caller, clock);
    const about = { destination_id: id, kind: destination.kind };
    if ('result' in found) return { ...about, ...found, field: null, fix: null };
    const { field, problem, fix } = found;
    return { ...about, result: 'problem', message: caller.hiddenText(problem), field, fix };
  } finally {
    network.close();
  }
}

type Found = SettingProblem | { result: 'ok' | 'not_checked'; message: string };

async function examine(
  settings: DestinationSettings,
  network: OutNetwork,
  caller: Caller,
  clock: () => number,
): Promise<Found> {
  const { check_call } = settings.destination;
  const signal = AbortSignal.timeout(CHECK_MS);
  try {
    const token = await caller.token(signal);
    if ('failed' in token) return tokenProblem(token.failed);
    if ('none' in check_call) {
      await network.reach(check_call.url(settings));
      return { result: 'not_checked', message: `the server can be reached; ${check_call.none}` };
    }
    const request_id = hash('sha256', settings.id, 'hex').slice(0, 32);
    const request = check_call.request(settings, { now_ms: clock(), token, request_id });
    return check_call.read(await network.send(request, signal)) ?? { result: 'ok', message: check_call.shows };
  } catch (error) {
    return networkProblem(settings, signal.aborted ? new Error(NO_ANSWER) : (error as Error));
  }
}

const NO_ANSWER = `no answer within ${CHECK_MS / 1_000} seconds`;

/** A reason of a token names what to do after its last semicolon, where the server said no. */
function tokenProblem(failed: Outcome): SettingProblem {
  const reason = 'reason' in failed ? failed.reason : 'no token';
  const end = reason.lastIndexOf('; ');
  if (failed.outcome === 'disabled' && end > 0)
    return { field: 'secrets', problem: reason.slice(0, end), fix: reason.slice(end + 2) };
  return { field: 'secrets', problem: reason, fix: 'look if the server for tokens runs, and try again' };
}

function networkProblem({ options, template }: DestinationSettings, error: Error): SettingProblem {
  const field =
    template !== undefined ? 'template.url' : options['url'] !== undefined ? 'options.url' : 'options.base_url';
  if (error instanceof Forbidden)
    return {
      field,
      problem: error.message.split('; ')[0]!,
      fix: 'use a public address over https, or set private_network to true for a server of your own network',
    };
  return {
    field,
    problem: error.message,
    fix: 'correct the address; look if the server runs, and if this machine may connect to it',
  };
}
