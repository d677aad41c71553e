/** Options of destinations: their form, and the address of the vendor. */
import { withoutSlash } from '../network/urls.ts';
import type { DestinationOptions } from './destination.ts';

/** A problem of an option, as `check` of a destination returns it. */
interface Problem {
  option: string;
  problem: string;
}

/** The URL of an option, or the vendor's own, without slashes at its end. */
export const urlOf = ({ options }: DestinationOptions, option: string, vendor: string): string =>
  withoutSlash(options[option] ?? vendor);

/** The problem of an option that does not have the form it needs, or null. An option that was left out has none. */
export function formProblem({ options }: DestinationOptions, name: string, form: RegExp, hint: string): Problem | null {
  const text = options[name];
  return text === undefined || form.test(text) ? null : { option: `options.${name}`, problem: hint };
}
