/** What reports stand on: their surroundings, and the form of their answers. */
import type { Plan } from '../attribution/plan.ts';
import type { KeyBrand } from '../domain/brand-access.ts';
import type { BrandSettings } from '../domain/settings.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import type { TrainingPool } from '../models/training/pool.ts';
import type { Warehouse } from '../warehouse/port.ts';
import type { Position } from '../warehouse/position.ts';

export type ReportJson = Record<string, unknown>;

/** What every report needs from its surroundings. */
export interface ReportContext {
  warehouse: Warehouse;
  directory: PersonDirectory;
  /** Settings by brand; brands that are not configured have the defaults. */
  settings: (brand_id: string) => BrandSettings;
  /** Brands that the configuration names. */
  configured_brands: readonly string[];
  clock: () => number;
  timeout_ms: number;
  /** Threads for what takes long and needs no warehouse. */
  training: TrainingPool;
  /** Where answers are kept to be given again. */
  answers?: Answers;
}

/** A resolved request: the plan for the query and what the answer repeats. */
export interface Resolved {
  plan: Plan;
  position: Position;
  period: { start: string; end: string };
  as_of: string;
  config_hash: string;
}

/** Whose question it is. */
export interface Asker {
  /** The brand of the key; null is a key for all brands. */
  key_brand_id: KeyBrand;
}

/** Answers that were given before, by a key that names everything they depend on. */
export interface Answers {
  /** Answers that nobody had to work out again, since the start. */
  readonly hits: number;
  /** The answer of this key; `make` works it out where it is neither kept nor under way. A failure is not kept. */
  once(key: string, make: () => Promise<ReportJson>): Promise<{ answer: ReportJson; known: boolean }>;
}
