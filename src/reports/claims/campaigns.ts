/** The campaigns that claims name, as the report and the log know them. docs/semantics.md 15. */
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import { CAMPAIGN } from '../../attribution/touches.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { creditedNames, MAX_CAMPAIGNS, readCreditedNames } from '../spend-campaigns.ts';
import type { Warning } from '../warning.ts';
import type { ClaimLine } from './lines.ts';

/** So long before the period a touchpoint or an email makes a campaign known. */
const KNOWN_DAYS = 365;

export interface ClaimedCampaigns {
  lines: readonly ClaimLine[];
  /** The campaigns of claims that the log does not know. */
  unknown: ReadonlySet<string>;
  warnings: Warning[];
}

const NOT_COMPARED: Warning = {
  code: 'claim_labels_not_compared',
  count: 1,
  message:
    'period has too many campaigns to compare their labels, so claims are beside campaigns of exactly their name',
};

/**
 * Gives each claim the campaign of the report that its name means: the credited one of exactly this name or with the same label,
 * else one that the log knows, else the name as it is.
 */
export async function withKnownCampaigns(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  lines: readonly ClaimLine[],
): Promise<ClaimedCampaigns> {
  const claimed = [...new Set(lines.flatMap(({ campaign_id }) => campaign_id ?? []))];
  if (claimed.length === 0) return { lines, unknown: new Set(), warnings: [] };
  const credited = await readCreditedNames(snapshot, query);
  const logged = await readLoggedNames(snapshot, plan);
  const renamed = await creditedNames(claimed, async () => credited);
  if (credited === null || logged === null || renamed === null)
    return { lines, unknown: new Set(), warnings: [NOT_COMPARED] };
  const is_credited = new Set(credited);
  const others = claimed.filter((name) => !is_credited.has(name) && !renamed.has(name));
  const in_log = (await creditedNames(others, async () => logged)) ?? new Map<string, string>();
  const is_logged = new Set(logged);
  return {
    lines: lines.map((line) => {
      const { campaign_id: name } = line;
      return name === null ? line : { ...line, campaign_id: renamed.get(name) ?? in_log.get(name) ?? name };
    }),
    unknown: new Set(others.filter((name) => !in_log.has(name) && !is_logged.has(name))),
    warnings: [],
  };
}

/** The campaigns of touchpoints and email events up to the end of the period; null if there are too many. */
async function readLoggedNames(snapshot: Snapshot, plan: Plan): Promise<string[] | null> {
  const names = new Set<string>();
  const from_ms = Math.min(...plan.brands.map(({ start_ms }) => start_ms)) - KNOWN_DAYS * MS_PER_DAY;
  const until_ms = Math.max(...plan.brands.map(({ end_ms }) => end_ms));
  const brands = new Set(plan.brands.map(({ brand_id }) => brand_id));
  for (const [table, campaign] of [
    ['touchpoints', CAMPAIGN],
    ['email_events', 't.campaign_id'],
  ] as const) {
    const rows = await snapshot.query(
      `select distinct t.brand_id as brand_id, ${campaign} as campaign_id from ${table} t
       where ${atOrBefore('t', plan.positions.touchpoints)} and t.occurred_at >= instant(${from_ms}) and t.occurred_at < instant(${until_ms})
         and ${campaign} is not null limit ${MAX_CAMPAIGNS + 1}`,
    );
    if (rows.length > MAX_CAMPAIGNS) return null;
    for (const { brand_id, campaign_id } of readAll(rows, { brand_id: 'text', campaign_id: 'text' }))
      if (brands.has(brand_id)) names.add(campaign_id);
  }
  return [...names];
}
