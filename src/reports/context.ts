/** Types that all reports share: what they need to run, and the form of their answers. */
import type { CandidateLimits, Plan } from '../attribution/plan.ts';
import type { KeyBrand } from '../domain/brand-access.ts';
import type { BrandGroups } from '../domain/brand-groups.ts';
import type { CustomerIds, EmailPersonOf } from '../domain/email-ids.ts';
import type { PersonHashes } from '../domain/person-hashes.ts';
import type { BrandSettings } from '../domain/settings.ts';
import type { Histories } from '../histories/histories.ts';
import type { PassThreads } from '../histories/threads/pass-threads.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import type { RandomIntegers } from '../learning/random-integers.ts';
import type { DeniedCount } from '../log/denied-counts.ts';
import type { Artifact } from '../models/artifacts/artifact.ts';
import type { ArtifactPins } from '../models/artifacts/pins.ts';
import type { TrainingPool } from '../models/training/pool.ts';
import type { Bounds } from '../privacy/differential-privacy/bounds.ts';
import type { Payer } from '../privacy/differential-privacy/ledger.ts';
import type { State } from '../state/port.ts';
import type { ReadOptions, Snapshot, Warehouse } from '../warehouse/port.ts';
import type { Position } from '../warehouse/position.ts';
import type { AdviceRules } from './advice/rule-settings.ts';
import type { Cancellation } from './cancellation.ts';
import type { Compare } from './earlier-period.ts';
import type { FitLog } from './fit-log.ts';
import type { Progress } from './progress.ts';

/** What the figures of an answer come from: histories in memory, or the query in the engine. */
export const SERVED_BY = ['histories', 'sql'] as const;
export type ServedBy = (typeof SERVED_BY)[number];

export type ReportJson = Record<string, unknown>;

/** What every report needs to run. */
export interface ReportContext {
  warehouse: Warehouse;
  directory: PersonDirectory;
  /** The settings of a brand. Brands that are not in the configuration have the defaults. */
  settings: (brand_id: string) => BrandSettings;
  /** The brands in the configuration. */
  configured_brands: readonly string[];
  /** Brands that share orders or people; none when left out. */
  brand_groups?: BrandGroups;
  /** How ids of persons are kept, by brand; `verbatim` when left out. */
  customerIds?: (brand_id: string) => CustomerIds;
  /** The person with an address. */
  emailPersonOf?: EmailPersonOf;
  /** The hashes of ids of persons, for brands that keep them so. */
  personHashes?: PersonHashes;
  /** False if verdicts by rules over several events do not count; they do when left out. */
  message_rules?: boolean;
  /** The events of a brand's people who denied measurement, where only a count of them is kept; none when left out. */
  denied?: (brand: { brand_id: string; start_ms: number; end_ms: number }) => Promise<DeniedCount[]>;
  /** Before which instants records of a brand were removed by age; none were when left out. */
  removedBefore?: (brand_id: string) => { touchpoints_ms: number | null; orders_ms: number | null };
  /** The rules of a brand on what its channels and emails must bring; none when left out. */
  adviceRules?: (brand_id: string) => AdviceRules;
  clock: () => number;
  timeout_ms: number;
  /** How many candidates an order keeps; without it, the limits of docs/semantics.md 5. */
  candidate_limits?: CandidateLimits;
  /** Threads for training, which takes long and needs no warehouse. */
  training: TrainingPool;
  /** The cache of answers; without it every answer is computed. */
  answers?: Answers;
  /** The histories in memory as of a position or later, or null; reports that they do not hold are answered by the engine. */
  histories?: (snapshot: Snapshot, position: Position) => Promise<Histories | null>;
  /** Threads for the passes over histories; without them the event loop makes all. */
  threads?: PassThreads;
  /** The report and all its parameters but `as_of`, as text. A declared report sets it; it is part of the key of the cache. */
  question?: string;
  /** The answer is about the earlier period of `compare`. */
  earlier?: Compare;
  /** The artifacts that administrators pinned; none when left out. */
  pins?: ArtifactPins;
  /** The log of scheduled fits; empty when left out. */
  fit_log?: FitLog;
  /** Told of a fit that was stored and that reports may use. */
  fitted?: (artifact: Artifact) => Promise<void>;
  /** Told of the request once it is resolved. */
  resolved?: (resolved: Resolved) => void;
  /** Told what the figures of an answer came from, also if the answer was cached; the route of a report sets it. */
  served_by?: (source: ServedBy) => void;
  /** Ends the work when the client is gone; the route of a report sets it. */
  cancellation?: Cancellation;
  /** Told how far the calculation is; the route of a report sets it where the client asks for it. */
  progress?: Progress;
  /** The key that asks; the route of a report sets it. */
  owner?: string;
  /** What answers with noise need. */
  noise?: NoiseContext;
}

export interface NoiseContext {
  state: State;
  /** What one person of a brand contributes to an answer at most. */
  bounds: (brand_id: string) => Bounds;
  random: RandomIntegers;
}

/** The options of a report's read. `times` is how much longer it may take than other reports. */
export function readOptions({ timeout_ms, cancellation, owner }: ReportContext, times = 1): ReadOptions {
  return { timeout_ms: timeout_ms * times, signal: cancellation?.signal, owner };
}

/** A resolved request: the plan of the query, and what the answer says about it. */
export interface Resolved {
  plan: Plan;
  period: { start: string; end: string };
  as_of: string;
  /** The filters that were asked for. */
  filters: readonly string[];
  config_hash: string;
}

/** The key that asks. */
export interface Asker {
  /** The brand of the key; null for a key for all brands. */
  key_brand_id: KeyBrand;
  /** Set for a key that gets answers with noise only: what it may spend. */
  dp_budget?: Pick<Payer, 'key_id' | 'budget'>;
  /** The brands of a person who may see some, where a report with `own_brands` is asked for none of them by name. `key_brand_id` is the first. */
  brand_ids?: readonly string[];
}

/** A cache of answers. The key of an answer holds everything that it depends on. */
export interface Answers {
  /** Number of answers since the start that did not have to be computed. */
  readonly hits: number;
  /** Forgets all answers, because rows of the log were erased. */
  clear(): void;
  /**
   * Gives the answer of a key. `make` computes it if it is neither cached nor being computed. A failure is not cached.
   * Work that others wait for goes on when the client that began it is gone.
   */
  once(
    key: string,
    make: () => Promise<ReportJson>,
    own?: { cancellation?: Cancellation | undefined; progress?: Progress | undefined },
  ): Promise<{ answer: ReportJson; known: boolean }>;
}
