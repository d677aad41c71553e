/** The rows of the report on claims: what is claimed beside what is credited, by claimant and further keys. docs/semantics.md 15. */
import { MICRO_CONVERSIONS, type Plan } from '../../attribution/plan.ts';
import { TributaryError } from '../../domain/errors.ts';
import { money, ratio } from '../../domain/money.ts';
import { mapInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportJson } from '../context.ts';
import { inOrder } from '../groups.ts';
import type { CreditCell } from './credit.ts';
import type { ClaimLine } from './lines.ts';
import type { ClaimTargets, Target } from './targets.ts';

/** The keys of rows. Each row has a claimant, because two claimants may claim the same. */
export const CLAIM_KEYS = ['claimant', 'campaign_id', 'channel', 'day'] as const;
export type ClaimKey = (typeof CLAIM_KEYS)[number];

/** What is claimed, and what each model credits. */
export interface ClaimSums {
  millionths: bigint;
  micros: bigint;
  credit: Array<{ micros: bigint; millionths: bigint }>;
}

interface ClaimRow extends ClaimSums {
  keys: Array<string | null>;
}

const MAX_ROWS = 50_000;

const noSums = ({ models }: Plan): ClaimSums => ({
  millionths: 0n,
  micros: 0n,
  credit: models.map(() => ({ micros: 0n, millionths: 0n })),
});

function addClaim(to: ClaimSums, { conversions_millionths, micros }: ClaimLine): void {
  to.millionths += conversions_millionths;
  to.micros += micros;
}

function addCredit(to: ClaimSums, { micros, millionths }: CreditCell): void {
  for (const [i, own] of to.credit.entries()) {
    own.micros += micros[i]!;
    own.millionths += millionths[i]!;
  }
}

/** The rows by `keys`, and the sums over all claims. A touch that several claimants claim counts once in the sums. */
export async function claimRows(
  plan: Plan,
  lines: readonly ClaimLine[],
  cells: readonly CreditCell[],
  targets: ClaimTargets,
  keys: readonly ClaimKey[],
): Promise<{ rows: ClaimRow[]; total: ClaimSums }> {
  const rows = new Map<string, ClaimRow>();
  const total = noSums(plan);
  const rowOf = (target: Target, day: string | null): ClaimRow => {
    const own = keys.map((key) => (key === 'day' ? day : target[key]));
    const name = JSON.stringify(own);
    const row = rows.get(name) ?? { keys: own, ...noSums(plan) };
    rows.set(name, row);
    return row;
  };
  const turns = new WorkTurns();
  for (const line of lines) {
    if (turns.ends()) await turns.next();
    addClaim(rowOf(line, line.date), line);
    addClaim(total, line);
  }
  for (const cell of cells) {
    if (turns.ends()) await turns.next();
    const claimed = targets.of(cell);
    for (const target of claimed) addCredit(rowOf(target, cell.day), cell);
    if (claimed.length > 0) addCredit(total, cell);
  }
  if (rows.size > MAX_ROWS)
    throw new TributaryError(
      'unprocessable',
      `group_by: the answer has more than ${MAX_ROWS} rows, the limit; group by fewer keys, or ask for a shorter period`,
      { field: 'group_by' },
    );
  const order = inOrder(keys.map((key) => ({ about: key === 'day' ? 'time' : 'touch' })));
  return { rows: [...rows.values()].sort(order), total };
}

/** What is claimed, as a row shows it. */
export const claimedFields = ({ millionths, micros }: ClaimSums): ReportJson => ({
  claimed_conversions: ratio(millionths, MICRO_CONVERSIONS),
  ...money('claimed_revenue', micros),
});

/** The credit of each model, and how far the claim is above it. */
export function creditFields({ models }: Plan, { micros, credit }: ClaimSums): ReportJson {
  return Object.fromEntries(
    models.map(({ name }, i) => {
      const own = credit[i]!;
      return [
        name,
        {
          credited_conversions: ratio(own.millionths, MICRO_CONVERSIONS),
          ...money('attributed_revenue', own.micros),
          ...money('over_claim', micros - own.micros),
          over_claim_ratio: ratio(micros, own.micros),
        },
      ];
    }),
  );
}

export function shownRows(plan: Plan, rows: readonly ClaimRow[], keys: readonly ClaimKey[]): Promise<ReportJson[]> {
  return mapInTurns(rows, (row) => ({
    ...Object.fromEntries(keys.map((key, k) => [key, row.keys[k]!])),
    ...claimedFields(row),
    models: creditFields(plan, row),
  }));
}
