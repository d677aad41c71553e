/**
 * A program that spend is read from. Each has a folder of its own, which says what is asked there and what the answers say. All of it is
 * pure: clock, secrets and network come in as arguments. A reading is a generator that yields requests and gets their answers.
 */
import type { ImportPlan } from '../mapping/plan.ts';
import type { Failure, OutAnswer, OutRequest } from '../network/request.ts';

/** What a reading may know of the settings. */
export interface PullOptions {
  options: Readonly<Record<string, string>>;
  secrets: Readonly<Record<string, string>>;
  /** True if requests may go to an address of this network, or by plain http. */
  private_network: boolean;
  /** How the columns of a sheet become spend; null where the columns say it themselves. */
  plan: ImportPlan | null;
}

/** A request, sent after a pause. */
export interface Step {
  request: OutRequest;
  after_ms?: number;
}

/** What a day cost, of one channel, campaign and ad set. Lines with the same of all but the amount add up. */
export interface SpendLine {
  /** YYYY-MM-DD, a day of the account. */
  date: string;
  /** Who says so. */
  source: string;
  channel: string;
  campaign_id: string | null;
  ad_set_id: string | null;
  amount_micros: bigint;
  /** Null for the brand's. */
  currency: string | null;
}

/** What a reading found: all lines of the days from the first to the last. A line that is not there costs nothing. */
export interface Found {
  lines: readonly SpendLine[];
  first_date: string;
  last_date: string;
  /** The zone of the account's days; null if it is not known. */
  time_zone: string | null;
}

export interface ReadingContext {
  clock: () => number;
  /** So many days are read, up to today. */
  days: number;
}

/** Requests that lead to a result. @throws PullFailure */
export type Asking<T> = AsyncGenerator<Step, T, OutAnswer>;
export type Reading = Asking<Found>;

/** Why nothing was read. The message holds no secret. */
export class PullFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.reason);
  }
}

export const stopped = (reason: string): PullFailure => new PullFailure({ outcome: 'disabled', reason });
export const later = (reason: string, after_ms?: number): PullFailure =>
  new PullFailure({ outcome: 'retry', reason, ...(after_ms === undefined ? {} : { after_ms }) });

export interface PullSource {
  /** The name in the configuration: `google_ads`. */
  kind: string;
  title: string;
  /** Settings of its own, by name, with what each is for. */
  options: Readonly<Record<string, string>>;
  needs: readonly string[];
  secrets: Readonly<Record<string, string>>;
  needs_secrets: readonly string[];
  /** True if a plan may say what its columns mean. */
  takes_plan?: boolean;
  /** Checks options beyond their presence. @returns the name of an option and a sentence, or null. */
  check?: (options: PullOptions) => { option: string; problem: string } | null;
  read: (options: PullOptions, context: ReadingContext) => Reading;
}
