/** Engagement that was counted before. It depends on no model and no currency, so a page that changes its model need not count it again. */
import type { Plan } from '../../attribution/plan.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { EmailHistories } from '../../histories/emails/email-histories.ts';
import { formatPosition } from '../../warehouse/position.ts';
import type { CampaignsEngagement, EngagementAsked } from './engagement-asked.ts';

/** Answers that are kept: the periods of a page with those before them. */
const MOST_KEPT = 16;
/** An answer with more groups is not kept, so that all of them take a few megabytes. */
const MOST_GROUPS = 5_000;

/** By histories: their index of subjects stays the same object while rows are added. */
const kept = new WeakMap<object, Map<string, CampaignsEngagement>>();

/** Gives what was counted for the same people, days, filters and position; else counts it. A failure is not kept. */
export async function engagementOnce(
  { histories: { subjects } }: EmailHistories,
  plan: Plan,
  asked: EngagementAsked,
  count: () => Promise<CampaignsEngagement>,
): Promise<CampaignsEngagement> {
  const key = keyOf(plan, asked);
  if (key === null) return count();
  const own = kept.get(subjects) ?? new Map<string, CampaignsEngagement>();
  kept.set(subjects, own);
  const found = own.get(key) ?? (await count());
  if (found.groups.size > MOST_GROUPS) return found;
  own.delete(key);
  own.set(key, found);
  for (const oldest of own.keys()) {
    if (own.size <= MOST_KEPT) break;
    own.delete(oldest);
  }
  return found;
}

/** All that the engagement depends on; null if that is too much to compare. */
function keyOf({ brands, positions }: Plan, { keys, filters, named, limit }: EngagementAsked): string | null {
  if (named.length > MOST_GROUPS || brands.length > MOST_KEPT) return null;
  const names = [...new Set(named)].sort();
  const key = canonicalJson({
    brands,
    position: formatPosition(positions.touchpoints),
    keys,
    filters: filters.asked,
    names,
    limit,
  });
  return key ?? null;
}
