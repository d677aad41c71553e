/** What a person can consent to, and how several signals of one statement become one answer for each purpose. */

/**
 * `measurement`: what the person did counts in reports, fits and exports. `sharing`: data about the person goes to ad platforms and
 * other destinations. `profiling`: segments and predictions of the person.
 */
export const PURPOSES = ['measurement', 'sharing', 'profiling'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** True is granted, false is denied, and a purpose that is not there is unknown. */
export type Purposes = Partial<Record<Purpose, boolean>>;

/** The signals of a statement, in the order in which their denials count. */
export const SIGNALS = ['purposes', 'gpc', 'gpp', 'tcf', 'gcm'] as const;
export type Signal = (typeof SIGNALS)[number];

/**
 * What all signals together say of a purpose, and which one decided. Any denial counts before any grant; of several that say the same
 * the first in order of {@link SIGNALS} decides. Undefined if no signal says anything of it.
 */
export function decide(
  said: Partial<Record<Signal, Purposes>>,
  purpose: Purpose,
): { granted: boolean; by: Signal } | undefined {
  for (const granted of [false, true]) {
    const by = SIGNALS.find((signal) => said[signal]?.[purpose] === granted);
    if (by !== undefined) return { granted, by };
  }
  return undefined;
}

/** Denied if any of some answers is a denial, else granted if there is an answer. */
export function all(answers: ReadonlyArray<boolean | undefined>): boolean | undefined {
  const given = answers.filter((answer) => answer !== undefined);
  return given.length === 0 ? undefined : given.every(Boolean);
}
