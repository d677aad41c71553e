/** Epsilon in thousandths, as an exact integer. */
import { badRequest } from '../../domain/errors.ts';
import { parseScaledDecimal } from '../../domain/money.ts';

const DECIMALS = 3;
const MILLIS = 10 ** DECIMALS;
/** Of one question. Below, an answer is noise alone; above, it protects nobody. */
const MIN_QUESTION_MILLIS = 10;
const MAX_QUESTION_MILLIS = 10 * MILLIS;
/** Of a budget. */
const MAX_BUDGET_MILLIS = 100 * MILLIS;

/** Reads the epsilon of a question. @returns thousandths. @throws bad_request naming the parameter. */
export function readEpsilon(parameter: string, text: string): number {
  return readMillis(parameter, text, MAX_QUESTION_MILLIS);
}

/** Reads the budget of a key. @returns thousandths. @throws bad_request naming the field. */
export function readBudget(field: string, value: unknown): number {
  return readMillis(field, value, MAX_BUDGET_MILLIS);
}

function readMillis(field: string, value: unknown, most: number): number {
  const millis = parseScaledDecimal(value, DECIMALS, DECIMALS, 'epsilon');
  if (typeof millis === 'string') throw badRequest(field, millis);
  if (millis < MIN_QUESTION_MILLIS || millis > most)
    throw badRequest(
      field,
      `${epsilonText(millis)} is not within ${epsilonText(MIN_QUESTION_MILLIS)} and ${epsilonText(most)}; a smaller epsilon protects more and adds more noise, 0.5 is common for one question`,
    );
  return millis;
}

/** Thousandths as a decimal: 500 is "0.5". */
export function epsilonText(millis: number): string {
  return String(millis / MILLIS);
}
