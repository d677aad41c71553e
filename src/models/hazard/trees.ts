/** The hazard as trees over the same rows. Trees find interactions and bends by themselves, and noise more easily too. */
import { BOOSTING_DEFAULTS, fitBoosting } from '../../learning/boosting.ts';
import { type FittedTrees, predictor } from '../../learning/fitted-trees.ts';
import { FOREST_DEFAULTS, fitForest } from '../../learning/forest.ts';
import { makeTable, type Table } from '../../learning/table.ts';
import type { HazardOptions } from '../settings.ts';
import type { FeaturePlan } from './features.ts';
import { exposureOf, type HazardRows } from './rows.ts';
import { groupOf, type HazardPath, type Scorer } from './scorer.ts';
import { shapleyOf } from './shapley.ts';

export interface TreesModel {
  readonly kind: 'trees';
  readonly model: FittedTrees;
}

/** Shallow trees and a low rate, because orders are few and effects weak. Boosting stops by the loss on people held out. */
const BOOSTING = { trees: 300, depth: 3, leaves: 8, learning_rate: 0.05, min_child_weight: 20, subsample: 0.7 };
const FOREST = { trees: 200, depth: 10, min_child_weight: 50 };

/** A forest may predict 0 or 1. With this bound the odds stay finite. */
const LEAST = 1e-4;

/** @param learnt the sets to learn from, all if left out. Boosting holds out one more fold of people to know when to stop. */
export function fitTrees(rows: HazardRows, options: HazardOptions, learnt?: (set: number) => boolean): TreesModel {
  const held_out: number[] = [];
  const used: number[] = [];
  const stop_fold = rows.fold.reduce((most, fold, set) => (learnt && !learnt(set) ? most : Math.max(most, fold)), 0);
  rows.at_ms.forEach((_, set) => {
    if (learnt && !learnt(set)) return;
    for (let row = rows.sets[set]!; row < rows.sets[set + 1]!; row++) {
      if (rows.fold[set] === stop_fold) held_out.push(used.length);
      used.push(row);
    }
  });
  const table = tableOf(rows, used);
  const events = outcomes(rows);
  const target = Float64Array.from(used, (row) => events[row]!);
  if (options.family === 'random_forest') {
    const settings = { ...FOREST_DEFAULTS, ...FOREST, predicts: 'probability', seed: options.seed } as const;
    return { kind: 'trees', model: fitForest(table, target, settings) };
  }
  const settings = { ...BOOSTING_DEFAULTS, ...BOOSTING, loss: 'logistic', seed: options.seed } as const;
  return { kind: 'trees', model: fitBoosting(table, target, settings, { held_out }) };
}

/** The rows with those numbers as a table. */
function tableOf({ design, names }: HazardRows, used: readonly number[]): Table {
  const { columns, data } = design;
  const table = makeTable(names, used.length);
  table.columns.forEach((column, j) => {
    for (let i = 0; i < used.length; i++) column[i] = data[used[i]! * columns + j]!;
  });
  return table;
}

/** 1 for the row of the person who ordered, else 0. */
export function outcomes(rows: HazardRows): Uint8Array {
  const outcome = new Uint8Array(rows.design.rows);
  for (let set = 0; set + 1 < rows.sets.length; set++) outcome[rows.sets[set]!] = 1;
  return outcome;
}

/** Log odds of a row. For rare events they differ from the log hazard by a constant. */
export function logOddsOf(model: TreesModel): (row: Float64Array) => number {
  const predict = predictor(model.model);
  return (row) => {
    const p = Math.min(1 - LEAST, Math.max(LEAST, predict(row)));
    return Math.log(p / (1 - p));
  };
}

/** A channel is switched off by setting its exposures to 0. The Shapley value is over the channels in the path. */
export function treesScorer(plan: FeaturePlan, model: TreesModel, controls: number, seed: number): Scorer {
  const groups = plan.groups.length;
  const half_lives = plan.half_lives_days;
  const exposures = groups * half_lives.length;
  const log_odds = logOddsOf(model);
  const full = new Float64Array(exposures + controls);
  const row = new Float64Array(exposures + controls);
  /** The groups in the path, and the worth of a set of them (see shapley.ts). */
  const gameOf = (path: HazardPath) => {
    full.fill(0, 0, exposures);
    full.fill(Number.NaN, exposures);
    if (path.controls) full.set(path.controls, exposures);
    const present = new Set<number>();
    for (let i = 0; i < path.codes.length; i++) {
      const group = groupOf(plan, path.codes[i]!, path.ages_ms[i]!);
      if (group < 0) continue;
      present.add(group);
      half_lives.forEach((days, h) => {
        full[h * groups + group]! += exposureOf(path.ages_ms[i]!, days);
      });
    }
    const players = [...present].sort((a, b) => a - b);
    const all = log_odds(full);
    const v = (inside: readonly boolean[]): number => {
      row.set(full);
      players.forEach((group, i) => {
        if (!inside[i]) for (let h = 0; h < half_lives.length; h++) row[h * groups + group] = 0;
      });
      return Math.exp(log_odds(row) - all);
    };
    return { players, v, log_ratio: players.length > 0 ? -Math.log(v(players.map(() => false))) : 0 };
  };
  return {
    logRatio: (path) => gameOf(path).log_ratio,
    score(path, into) {
      const { players, v, log_ratio } = gameOf(path);
      into.fill(0);
      const phi = shapleyOf(players.length, v, seed);
      players.forEach((group, i) => {
        into[group] = phi[i]!;
      });
      return log_ratio;
    },
    share: (_, age_ms) => half_lives.reduce((sum, days) => sum + exposureOf(age_ms, days), 0),
  };
}
