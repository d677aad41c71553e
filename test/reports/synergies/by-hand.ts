/** Synergies counted in the plainest way, from lists of paths: for the tests to compare with. */

/** A path: the channels of its touches in order, its person, and the net micros of its order; null without an order. */
export interface PlainPath {
  touches: string[];
  person: number;
  micros: bigint | null;
}

export interface PlainFigures {
  paths: number;
  people: number;
  orders: number;
  net_revenue_micros: string;
}

export function plainFigures(paths: readonly PlainPath[]): PlainFigures {
  return {
    paths: paths.length,
    people: new Set(paths.map(({ person }) => person)).size,
    orders: paths.filter(({ micros }) => micros !== null).length,
    net_revenue_micros: String(paths.reduce((sum, { micros }) => sum + (micros ?? 0n), 0n)),
  };
}

export const has = ({ touches }: PlainPath, channel: string): boolean => touches.includes(channel);

/** The figures of each set of channels; the name of a set is its channels, sorted. */
export function plainCombinations(paths: readonly PlainPath[]): Map<string, PlainFigures> {
  const nameOf = ({ touches }: PlainPath): string => [...new Set(touches)].sort().join(' + ');
  const names = new Set(paths.map(nameOf));
  return new Map([...names].map((name) => [name, plainFigures(paths.filter((path) => nameOf(path) === name))]));
}

/** The figures of the four cells of two channels. */
export function plainCells(paths: readonly PlainPath[], a: string, b: string): Record<string, PlainFigures> {
  const cell = (with_a: boolean, with_b: boolean): PlainFigures =>
    plainFigures(paths.filter((path) => has(path, a) === with_a && has(path, b) === with_b));
  return { neither: cell(false, false), only_a: cell(true, false), only_b: cell(false, true), both: cell(true, true) };
}

/** The people that a set of channels reached, each of them on some path. */
export function plainReached(paths: readonly PlainPath[], channels: readonly string[]): Set<number> {
  const people = new Set(paths.map(({ person }) => person));
  return new Set(
    [...people].filter((person) =>
      channels.every((channel) => paths.some((path) => path.person === person && has(path, channel))),
    ),
  );
}
