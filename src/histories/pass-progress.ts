/** How far a pass over people is. */
export interface PassCount {
  /** People whose orders were taken. */
  done: number;
  total: number;
}

/** Is told how to read the progress of a pass that begins. Reading it costs nothing, so nobody is told of each step. */
export type WatchPass = (read: () => PassCount) => void;

/** Reads the counter from which the passes take people. */
export function countOf(next: Int32Array, persons: number): () => PassCount {
  return () => ({ done: Math.min(persons, Atomics.load(next, 0)), total: persons });
}
