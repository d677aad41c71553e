/** What training threads can do: pure functions of what they are given. */
import { bootstrapShares } from '../uncertainty.ts';
import { trainHazard } from './train-hazard.ts';
import { trainPaths } from './train-paths.ts';

export const TASKS = { bootstrapShares, trainHazard, trainPaths };
export type Tasks = typeof TASKS;
export type TaskName = keyof Tasks;
