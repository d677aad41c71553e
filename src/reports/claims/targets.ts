/**
 * What claims are about: a campaign, or a whole channel. A touch belongs to at most one claimed campaign or channel of each claimant,
 * so credit by campaign adds up to credit by claimant. docs/semantics.md 15.
 */
import type { ClaimLine } from './lines.ts';

/** The campaign and the channel of claims, as the rows of the report name them. */
export interface Target {
  claimant: string;
  campaign_id: string | null;
  channel: string | null;
}

/** The brand, channel and campaign of touches. */
export interface Label {
  brand_id: string;
  channel: string;
  campaign_id: string | null;
}

/** By claimant: what it claims of one campaign, or of one channel. */
type ByClaimant = Map<string, Target[]>;

export class ClaimTargets {
  private readonly by_campaign = new Map<string, ByClaimant>();
  private readonly by_channel = new Map<string, ByClaimant>();

  constructor(lines: readonly ClaimLine[]) {
    for (const { brand_id, claimant, campaign_id, channel } of lines) {
      if (campaign_id !== null)
        addTarget(this.by_campaign, [brand_id, campaign_id], { claimant, campaign_id, channel });
      else if (channel !== null) addTarget(this.by_channel, [brand_id, channel], { claimant, campaign_id, channel });
    }
  }

  /** What each claimant claims of touches with this label: of the campaign if it claims that, else of the channel. */
  of({ brand_id, channel, campaign_id }: Label): Target[] {
    const of_campaign =
      campaign_id === null ? undefined : this.by_campaign.get(JSON.stringify([brand_id, campaign_id]));
    const of_channel = this.by_channel.get(JSON.stringify([brand_id, channel]));
    const found = [...(of_campaign ?? [])].map(
      ([, targets]) => targets.find((target) => target.channel === channel) ?? targets[0]!,
    );
    for (const [claimant, targets] of of_channel ?? []) if (!of_campaign?.has(claimant)) found.push(targets[0]!);
    return found;
  }
}

function addTarget(to: Map<string, ByClaimant>, name: readonly string[], target: Target): void {
  const key = JSON.stringify(name);
  const claimants = to.get(key) ?? new Map<string, Target[]>();
  to.set(key, claimants);
  const targets = claimants.get(target.claimant) ?? [];
  claimants.set(target.claimant, targets);
  if (targets.some(({ channel }) => channel === target.channel)) return;
  targets.push(target);
  // A campaign that is claimed on several channels: the order of lines must not matter.
  targets.sort((a, b) => ((a.channel ?? '') < (b.channel ?? '') ? -1 : 1));
}
