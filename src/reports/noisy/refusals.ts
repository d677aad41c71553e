/** What a question with noise cannot ask, and why. */
import { isFitted } from '../../attribution/models.ts';
import { badRequest } from '../../domain/errors.ts';
import { parseDate, parseInstant } from '../../domain/time.ts';
import { type Filters, isAboutSegments } from '../filters.ts';
import type { NoisyQuestion } from './declared.ts';

/** Parameters that a question with noise cannot have, with the reason. */
const REFUSED: Readonly<Record<string, string>> = {
  models: 'answers with noise are of one model; give model instead',
  artifact: 'answers with noise are of rule models; leave it out',
  compare: 'answers with noise have no earlier period; ask for each period by itself, which costs epsilon twice',
  intervals: 'answers with noise have an interval of each number by themselves; leave it out',
  consent_bounds: 'answers with noise never count what consent hides; leave it out',
  currency: 'answers with noise are in the currency of the brand, as are the bounds of a person; leave it out',
};

/** @throws bad_request naming the parameter. */
export function refuseParameters(parameters: Readonly<Record<string, unknown>>): void {
  for (const [name, reason] of Object.entries(REFUSED))
    if (parameters[name] !== undefined) throw badRequest(name, reason);
  const model = parameters['model'];
  if (typeof model === 'string' && isFitted(model))
    throw badRequest(
      'model',
      `${model} learns from all people, so one person changes the credit of others, and no bound of a person holds; use a rule model such as linear`,
    );
}

/**
 * Segments may compare people with each other, such as the fifth who spent most. Then one person moves others into other groups, and no
 * bound of a person holds.
 * @throws bad_request for groups and filters by segments.
 */
export function refuseSegments({ options, tables }: NoisyQuestion): void {
  const { of_events } = options.filters;
  const grouped = tables.some(({ key_fields }) => key_fields.includes('segment'));
  if (!grouped && !of_events.some(isAboutSegments)) return;
  throw badRequest(
    grouped ? 'group_by' : 'filter',
    'segment may compare people with each other, so one person changes the groups of others; answers with noise know no segments',
  );
}

/** @throws bad_request for filters about touches. */
export function refuseTouchFilters({ of_touches }: Filters): void {
  const wrong = of_touches[0];
  if (wrong !== undefined)
    throw badRequest(
      'filter',
      `${wrong.key.field} is a field of touches; with noise, this report is filtered by fields of orders and times only`,
    );
}

/**
 * Reads `as_of` of a question with noise: an instant or a day, which is its begin in UTC. A log position would tell how many records the
 * log has.
 * @throws bad_request when it is neither, or is in the future.
 */
export function readAsOf(as_of: string | undefined, now_ms: number): number | null {
  if (as_of === undefined) return null;
  const day = parseDate(as_of);
  const instant = typeof day === 'number' ? day * 86_400_000 : parseInstant(as_of);
  if (typeof instant === 'string')
    throw badRequest(
      'as_of',
      `${JSON.stringify(as_of.slice(0, 60))} is neither a day nor an instant with a zone; answers with noise take no log position`,
    );
  if (instant > now_ms) throw badRequest('as_of', 'is in the future; leave it out, or send an instant that is past');
  return instant;
}
