/** Reads the engagement of all campaigns: from histories in memory where they hold the emails, else by the query. */
import type { Plan } from '../../attribution/plan.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { ReportContext } from '../context.ts';
import { emailsInMemory } from '../emails/emails-in-memory.ts';
import type { CampaignsEngagement, EngagementAsked } from './engagement-asked.ts';
import { engagementInMemory } from './engagement-in-memory.ts';
import { engagementInSql } from './engagement-in-sql.ts';
import { engagementOnce } from './kept-engagement.ts';

export async function readCampaignsEngagement(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  asked: EngagementAsked,
): Promise<CampaignsEngagement> {
  const emails = await emailsInMemory(snapshot, context, plan);
  if (emails === null) return engagementInSql(snapshot, plan, context.directory, asked);
  return engagementOnce(emails, plan, asked, () =>
    engagementInMemory(emails, plan, asked, context.cancellation?.signal),
  );
}
