/** What reports stand on: their surroundings, and the form of their answers. */
import type { BrandSettings } from '../domain/settings.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import type { TrainingPool } from '../models/training/pool.ts';
import type { Warehouse } from '../warehouse/port.ts';

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

/** Answers that were given before, by a key that names everything they depend on. */
export interface Answers {
  /** Answers served from here since the start. */
  readonly hits: number;
  get(key: string): ReportJson | undefined;
  set(key: string, answer: ReportJson): void;
}
