/** What training threads can do: pure functions of what they are given. */
import { bootstrapShares } from '../uncertainty.ts';

export const TASKS = { bootstrapShares };
export type Tasks = typeof TASKS;
export type TaskName = keyof Tasks;
