/** A key that somebody wants to make. */
import { badRequest } from '../domain/errors.ts';
import { brandProblem } from '../domain/record.ts';
import { nameFault } from '../domain/text.ts';
import { BUDGET_PERIODS, type BudgetPeriod } from '../privacy/differential-privacy/budget.ts';
import { readBudget } from '../privacy/differential-privacy/epsilon.ts';
import type { Scope } from './stored-keys.ts';

export interface WantedKey {
  name: string;
  scope: Scope;
  brand_id: string | null;
  /** Of a key of scope partner, and of no other. */
  dp_epsilon_budget?: string;
  dp_budget_per?: BudgetPeriod;
}

const MAX_NAME_LENGTH = 100;

/** @throws bad_request for a wrong name or brand, and for a budget that is missing or in the wrong place. */
export function checkWanted({ name, scope, brand_id, ...budget }: WantedKey): void {
  if (name.length === 0 || name.length > MAX_NAME_LENGTH)
    throw badRequest('name', `must be 1 to ${MAX_NAME_LENGTH} characters`);
  const fault = nameFault(name);
  if (fault) throw badRequest('name', fault);
  const problem = brand_id === null ? undefined : brandProblem(brand_id);
  if (problem) throw badRequest('brand_id', problem);
  if (scope === 'partner') {
    checkPartner(brand_id, budget);
    return;
  }
  const [wrong] = Object.keys(budget);
  if (wrong !== undefined) throw badRequest(wrong, 'is for keys of scope partner; leave it out');
}

function checkPartner(
  brand_id: string | null,
  { dp_epsilon_budget, dp_budget_per }: Pick<WantedKey, 'dp_epsilon_budget' | 'dp_budget_per'>,
): void {
  if (brand_id === null)
    throw badRequest(
      'brand_id',
      'is required for a key of scope partner, since its budget is of one brand; name the brand',
    );
  if (dp_epsilon_budget === undefined)
    throw badRequest(
      'dp_epsilon_budget',
      'is required for a key of scope partner: the epsilon that its questions may spend together, such as 3',
    );
  readBudget('dp_epsilon_budget', dp_epsilon_budget);
  if (dp_budget_per !== undefined && !BUDGET_PERIODS.includes(dp_budget_per))
    throw badRequest('dp_budget_per', `must be one of ${BUDGET_PERIODS.join(', ')}`);
}
