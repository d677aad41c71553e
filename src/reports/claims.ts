/** Reconciles what providers and platforms claim with what the shop sold and what models credit. docs/semantics.md 15. */
import type { Plan } from '../attribution/plan.ts';
import { type Attribution, attribute } from '../attribution/query.ts';
import { badRequest } from '../domain/errors.ts';
import { money, ratio } from '../domain/money.ts';
import { listOf } from '../domain/parameter.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { answerOnce } from './answers.ts';
import { type ClaimedCampaigns, withKnownCampaigns } from './claims/campaigns.ts';
import { type CreditCell, readCreditCells, readShopDays, type ShopDay } from './claims/credit.ts';
import { type ClaimantDays, daysOfClaimants } from './claims/days.ts';
import {
  type ClaimedOrders,
  type OrderSum,
  readClaimedOrders,
  readPairs,
  readQuarters,
  readSeveral,
  type SharedByPair,
} from './claims/facts.ts';
import { type ClaimLine, readClaimLines } from './claims/lines.ts';
import { boundFields, doubleCounted, overlapDays, overlapPairs } from './claims/overlap.ts';
import { type ClaimantFacts, reasonsOf } from './claims/reasons.ts';
import {
  CLAIM_KEYS,
  type ClaimKey,
  type ClaimSums,
  claimedFields,
  claimRows,
  creditFields,
  shownRows,
} from './claims/rows.ts';
import { shopInMemory } from './claims/shop-in-memory.ts';
import { ClaimTargets } from './claims/targets.ts';
import { makeClaimTouches } from './claims/touched.ts';
import { type ClaimantRules, ownWindows, rulesOfClaimants } from './claims/windows.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { PERIOD_REPORT_PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { CLAIMS_COMPARED, CLAIMS_MEANINGS, ClaimsResult } from './results/claims.ts';
import type { Warning } from './warning.ts';
import { readWarnings } from './warnings.ts';

// A claim has no order and no touch, so filters by their fields would choose orders and not the claims beside them.
const { filter: _filter, ...SHARED } = PERIOD_REPORT_PARAMETERS;

const ClaimsParameters = Type.Object(
  {
    ...SHARED,
    group_by: Type.Optional(
      Type.String({
        maxLength: 100,
        description: `One or more of ${CLAIM_KEYS.join(', ')}, separated by commas; every row has a claimant. claimant when left out`,
        'x-value': 'keys',
      }),
    ),
  },
  { additionalProperties: false },
);

/** @throws bad_request naming the unknown key. */
function claimKeys(group_by: string): ClaimKey[] {
  const names = listOf(group_by);
  const unknown = names.find((name) => !(CLAIM_KEYS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw badRequest(
      'group_by',
      `${JSON.stringify(unknown.slice(0, 60))} is unknown; known keys are ${CLAIM_KEYS.join(', ')}`,
    );
  return CLAIM_KEYS.filter((key) => key === 'claimant' || names.includes(key));
}

async function claimsReport(
  context: ReportContext,
  parameters: Static<typeof ClaimsParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { group_by = 'claimant', ...shared } = parameters;
  const keys = claimKeys(group_by);
  return context.warehouse.read(
    async (snapshot) => {
      const resolved = await resolveParameters(snapshot, context, shared, {
        ...options,
        extra: { report: 'claims', group_by: keys },
      });
      const { plan } = resolved;
      return answerOnce(context, resolved, '', async (served_by) => {
        return {
          ...reportHead(resolved, context.clock()),
          attribution_models: plan.models.map(({ name }) => name),
          group_by: keys,
          ...(await reconcile(snapshot, { ...context, served_by }, plan, keys)),
        };
      });
    },
    readOptions(context, 2),
  );
}

/** What claims are set beside. */
interface Beside {
  known: ClaimedCampaigns;
  targets: ClaimTargets;
  rules: readonly ClaimantRules[];
  cells: readonly CreditCell[];
  shop: readonly ShopDay[];
  touched: Touched;
  warnings: readonly Warning[];
}

async function reconcile(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  keys: readonly ClaimKey[],
): Promise<ReportJson> {
  const stated = await readClaimLines(snapshot, plan);
  const own = stated.length === 0 ? await shopInMemory(snapshot, context, plan) : null;
  const beside = own === null ? await readBeside(snapshot, context, plan, stated, keys) : { ...NO_CLAIMS, ...own };
  const { known, targets, rules, cells, shop, touched, warnings } = beside;
  const { lines } = known;
  const { rows, total } = await claimRows(plan, lines, cells, targets, keys);
  const { rows: by_claimant } = await claimRows(plan, lines, cells, targets, ['claimant']);
  const sums = new Map(by_claimant.map((row) => [row.keys[0], row]));
  const claimed = rules.map(({ claimant }) => sums.get(claimant)!);
  const net_micros = shop.reduce((sum, day) => sum + day.net_micros, 0n);
  const amounts = claimed.map(({ micros }) => micros);
  const facts = rules.map((one, number): ClaimantFacts => {
    const { micros: claimed_micros, credit } = claimed[number]!;
    return {
      rules: one,
      claimed_micros,
      unknown: unknownOf(one.claimant, known),
      orders: touched.orders.get(number) ?? null,
      days: touched.days[number]!,
      credited_micros: credit[0]!.micros,
    };
  });
  return {
    claims: await shownRows(plan, rows, keys),
    totals: totalFields(plan, total, shop, net_micros, amounts),
    claimants: facts.map((one) => claimantFields(one, lines)),
    pairs: overlapPairs(rules, amounts, net_micros, touched.pairs),
    days: overlapDays(lines, shop),
    reasons: reasonsOf({
      currency: plan.currency,
      windows: ownWindows(plan),
      model: plan.models[0]!.name,
      claimed_micros: total.micros,
      net_micros,
      several: touched.several,
      claimants: facts.toSorted((a, b) =>
        a.claimed_micros < b.claimed_micros ? 1 : a.claimed_micros > b.claimed_micros ? -1 : 0,
      ),
    }),
    warnings: [...warnings, ...known.warnings, ...touched.warnings],
  };
}

async function readBeside(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  stated: readonly ClaimLine[],
  keys: readonly ClaimKey[],
): Promise<Beside> {
  const query = await attribute(snapshot, plan, context.directory);
  const known = await withKnownCampaigns(snapshot, plan, query, stated);
  const targets = new ClaimTargets(known.lines);
  const rules = rulesOfClaimants(known.lines);
  return {
    known,
    targets,
    rules,
    cells: stated.length === 0 ? [] : await readCreditCells(snapshot, plan, query, keys.includes('day')),
    shop: await readShopDays(snapshot, query),
    warnings: await readWarnings(snapshot, plan, query),
    touched: await readTouched(snapshot, plan, query, targets, rules, known.lines),
  };
}

interface Touched {
  orders: ReadonlyMap<number, ClaimedOrders>;
  pairs: readonly SharedByPair[];
  several: OrderSum;
  days: readonly ClaimantDays[];
  warnings: Warning[];
}

const NONE_TOUCHED = { orders: new Map<number, ClaimedOrders>(), pairs: [], several: { orders: 0, micros: 0n } };

/** A period without claims. */
const NO_CLAIMS = {
  known: { lines: [], unknown: new Set<string>(), warnings: [] },
  targets: new ClaimTargets([]),
  rules: [],
  cells: [],
  touched: { ...NONE_TOUCHED, days: [], warnings: [] },
};

const NOT_COUNTED: Warning = {
  code: 'claimed_orders_not_counted',
  count: 1,
  message: 'period has too many campaigns or days to find the orders of each claimant; ask for a shorter period',
};

/** What the log tells of the orders that claimants touched. It is the last to read the query. */
async function readTouched(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  targets: ClaimTargets,
  rules: readonly ClaimantRules[],
  lines: readonly ClaimLine[],
): Promise<Touched> {
  const days = (of_orders: Parameters<typeof daysOfClaimants>[3]) => daysOfClaimants(plan, lines, rules, of_orders);
  const nothing = { of_orders: [], of_touches: [] };
  if (rules.length === 0) return NO_CLAIMS.touched;
  if (!(await makeClaimTouches(snapshot, plan, query, targets, rules)))
    return { ...NONE_TOUCHED, days: await days(nothing), warnings: [NOT_COUNTED] };
  const [of_orders, of_touches] = [await readQuarters(snapshot, 'order'), await readQuarters(snapshot, 'touch')];
  const has_days = of_orders !== null && of_touches !== null;
  return {
    orders: await readClaimedOrders(snapshot),
    pairs: await readPairs(snapshot),
    several: await readSeveral(snapshot),
    days: await days(has_days ? { of_orders, of_touches } : nothing),
    warnings: has_days ? [] : [NOT_COUNTED],
  };
}

/** The campaigns of a claimant that the log does not know, in order of their names. */
function unknownOf(claimant: string, { lines, unknown }: ClaimedCampaigns): ClaimantFacts['unknown'] {
  const own = lines.filter(
    (line) => line.claimant === claimant && line.campaign_id !== null && unknown.has(line.campaign_id),
  );
  return {
    campaigns: [...new Set(own.map(({ campaign_id }) => campaign_id!))].sort(),
    micros: own.reduce((sum, { micros }) => sum + micros, 0n),
  };
}

function claimantFields({ rules, unknown, orders }: ClaimantFacts, lines: readonly ClaimLine[]): ReportJson {
  const { claimant, attribution_windows } = rules;
  const campaigns = new Set(lines.flatMap((line) => (line.claimant === claimant ? (line.campaign_id ?? []) : [])));
  return {
    claimant,
    attribution_windows,
    campaigns: campaigns.size,
    unknown_campaigns: unknown.campaigns.length,
    touched_orders: orders?.touched.orders ?? 0,
    ...money('touched_revenue', orders?.touched.micros ?? 0n),
    ...money('touched_net_revenue', orders?.net_micros ?? 0n),
  };
}

function totalFields(
  plan: Plan,
  total: ClaimSums,
  shop: readonly ShopDay[],
  net_micros: bigint,
  amounts: readonly bigint[],
): ReportJson {
  const sumOf = (of: (day: ShopDay) => number): number => shop.reduce((sum, day) => sum + of(day), 0);
  return {
    ...claimedFields(total),
    orders: sumOf(({ orders }) => orders),
    ...money('net_revenue', net_micros),
    renewals: sumOf(({ renewals }) => renewals),
    ...money(
      'renewal_revenue',
      shop.reduce((sum, { renewal_micros }) => sum + renewal_micros, 0n),
    ),
    ...money('over_claim', total.micros - net_micros),
    over_claim_ratio: ratio(total.micros, net_micros),
    ...boundFields(doubleCounted(amounts, net_micros)),
    models: creditFields(plan, total),
  };
}

export const claims = defineReport({
  name: 'claims',
  command: 'report claims',
  path: '/v1/reports/claims',
  summary: 'What providers claim beside what was sold and credited, and why they differ',
  description:
    'Sets the claims of each provider and platform beside the net revenue of the shop and the credit of the same campaigns. Says how much is claimed more than once, at least and at most, and which causes of the difference the data shows.',
  parameters: ClaimsParameters,
  result: ClaimsResult,
  main_table: { rows: 'claims' },
  compared: CLAIMS_COMPARED,
  explain: CLAIMS_MEANINGS,
  run: claimsReport,
});
