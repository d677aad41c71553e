/**
 * What consent hides of the credit of each group: the credit as it is, and the credit if consent hid nothing. docs/semantics.md 5. Both are
 * whole answers of the query, so each of them adds up; a hidden touchpoint may take credit from others.
 */
import type { Plan } from '../attribution/plan.ts';
import { asksForConsent } from '../domain/consent/policy.ts';
import { money } from '../domain/money.ts';
import { flag } from '../domain/parameter.ts';
import { Type } from '../domain/typebox.ts';
import type { DeniedCount } from '../log/denied-counts.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { ReportContext, ReportJson } from './context.ts';
import { modelParts } from './credit-groups.ts';
import type { Grouping } from './credit-source.ts';
import { readCredits } from './credits.ts';

export const CONSENT_BOUNDS_PARAMETER = Type.Optional(
  flag(
    'Adds what consent hides: the revenue of each group as it is, and as it would be if consent hid nothing; for one model',
  ),
);

/** Groups with the largest differences are listed up to this number. */
const MAX_ROWS = 1_000;

/** The same plan where no touchpoint needs consent. */
function withoutConsent(plan: Plan): Plan {
  const brands = plan.brands.map((brand) => {
    const { consent: _consent, ...settings } = brand.settings;
    return { ...brand, settings };
  });
  return { ...plan, brands };
}

interface Bound {
  keys: ReportJson;
  observed: bigint;
  possible: bigint;
}

/** Adds the events of the period that were only counted. They are no rows of the log, so an answer that is kept does not hold them. */
export function withNotStored(answer: ReportJson, denied: readonly DeniedCount[]): ReportJson {
  const not_stored_events = denied.reduce((sum, { events }) => sum + events, 0);
  return { ...answer, consent_bounds: { ...(answer['consent_bounds'] as ReportJson), not_stored_events } };
}

/** @param part the answer of the plan for its one model. */
export async function consentBounds(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  grouping: Grouping,
  part: ReportJson,
): Promise<ReportJson> {
  const asks = plan.brands.some(({ settings }) => asksForConsent(settings.consent));
  const bare = { ...grouping, has_spread: false, with_intervals: false };
  const whole = withoutConsent(plan);
  const possible = asks
    ? (await modelParts(whole, await readCredits(snapshot, context, whole, bare), bare)).parts[0]![1]
    : part;
  const bounds = boundsOf(
    grouping.keys.map(({ field }) => field),
    part,
    possible,
  );
  return {
    total: {
      ...money('observed_revenue', totalOf(part)),
      ...money('possible_revenue', totalOf(possible)),
      observed_conversions: conversionsOf(part),
      possible_conversions: conversionsOf(possible),
    },
    groups: bounds.slice(0, MAX_ROWS).map(({ keys, observed, possible: most }) => ({
      ...keys,
      ...money('observed_revenue', observed),
      ...money('possible_revenue', most),
    })),
    groups_left_out: Math.max(0, bounds.length - MAX_ROWS),
  };
}

type Summary = { total_attributed_revenue_micros: string; attributed_conversions: number };
const totalOf = (part: ReportJson): bigint => BigInt((part['summary'] as Summary).total_attributed_revenue_micros);
const conversionsOf = (part: ReportJson): number => (part['summary'] as Summary).attributed_conversions;

/** The groups whose credit differs, those with the largest difference first. */
function boundsOf(fields: readonly string[], part: ReportJson, possible: ReportJson): Bound[] {
  const found = new Map<string, Bound>();
  const add = (rows: unknown, which: 'observed' | 'possible'): void => {
    for (const row of rows as ReportJson[]) {
      const keys = Object.fromEntries(fields.map((field) => [field, row[field]]));
      const name = JSON.stringify(keys);
      const own = found.get(name) ?? { keys, observed: 0n, possible: 0n };
      own[which] = BigInt(row['attributed_revenue_micros'] as string);
      found.set(name, own);
    }
  };
  add(part['channel_attribution'], 'observed');
  add(possible['channel_attribution'], 'possible');
  const size = ({ observed, possible: most }: Bound): bigint => (most > observed ? most - observed : observed - most);
  const nameOf = ({ keys }: Bound): string => JSON.stringify(keys);
  return [...found.values()]
    .filter((one) => one.observed !== one.possible)
    .sort((a, b) => (size(a) === size(b) ? (nameOf(a) < nameOf(b) ? -1 : 1) : size(a) > size(b) ? -1 : 1));
}
