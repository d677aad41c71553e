/** Makes touches: those that happen by themselves, those from a blast to many, and those that follow another touch. */

import { Random } from '../../domain/random.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';
import { inMarket } from './market.ts';
import type { Life, Message, Touch } from './person.ts';
import { MAX_RHYTHM, rhythmAt } from './rhythm.ts';
import type { Channel, Setup } from './setup.ts';

type Reach<Way extends Channel['reach']['way']> = Extract<Channel['reach'], { way: Way }>;

/** The share of customers to whom a blast is sent. */
const AUDIENCE = 0.9;
const MEAN_SEEN_DELAY_MS = 5 * MS_PER_HOUR;

function streamOf({ options }: Setup, purpose: string, index: number): Random {
  return new Random(options.seed, `causal ${options.family} ${purpose}`, index);
}

/** A Poisson process whose rate follows the rhythm of the week, intent, segment and market spells, by thinning. */
export function arrivals(setup: Setup, life: Life, bit: number, reach: Reach<'arrivals'>): Touch[] {
  const channel = setup.channels[bit]!;
  const random = streamOf(setup, `touches ${channel.name}`, life.index);
  const rate = (reach.per_30_days / 30) * life.intent ** channel.intent_pull * channel.segment_pull[life.segment]!;
  const most = rate * MAX_RHYTHM * (life.spells.length > 0 ? channel.market_pull : 1);
  const touches: Touch[] = [];
  for (let at = life.joined_ms; ; ) {
    at += random.exponential(1 / most) * MS_PER_DAY;
    if (at >= setup.end_ms) return touches;
    const at_ms = Math.floor(at);
    const pull = inMarket(life.spells, at_ms) ? channel.market_pull : 1;
    if (random.chance((rate * rhythmAt(at_ms) * pull) / most)) {
      touches.push(touchOf(setup, at_ms, bit, reach.kind, campaignOf(setup, channel, random)));
    }
  }
}

/** Touches from the messages to a person. Messages that are emails are added to `messages`. */
export function blastTouches(
  setup: Setup,
  life: Life,
  bit: number,
  reach: Reach<'blasts'>,
  messages: Message[],
): Touch[] {
  const channel = setup.channels[bit]!;
  const random = streamOf(setup, `touches ${channel.name}`, life.index);
  const touches: Touch[] = [];
  for (const [number, blast] of setup.blasts.entries()) {
    if (blast.channel !== bit) continue;
    // Random numbers are drawn for every blast, so that a person's life does not depend on which blasts were sent.
    const reached = random.chance(AUDIENCE * channel.segment_pull[life.segment]!);
    const sent_ms = blast.at_ms + random.integer(0, 20 * 60_000);
    const delivered_ms = sent_ms + random.integer(900, 30_000);
    const seen_ms = delivered_ms + Math.floor(random.exponential(MEAN_SEEN_DELAY_MS)) + 1_000;
    const click_ms = seen_ms + random.integer(4_000, 90_000);
    const pull = life.intent ** channel.intent_pull * (inMarket(life.spells, seen_ms) ? channel.market_pull : 1);
    const seen = random.chance(Math.min(0.9, reach.seen_rate * pull));
    const clicked = random.chance(Math.min(0.8, reach.click_rate * pull));
    if (!reached || blast.at_ms < life.joined_ms || (life.held_out & (1 << bit)) !== 0) continue;
    const is_email = reach.seen_kind !== undefined;
    if (is_email) messages.push({ blast: number, sent_ms, delivered_ms });
    const message = is_email ? messages.length - 1 : -1;
    const happen = (at_ms: number, kind: number): void => {
      if (at_ms < setup.end_ms) touches.push({ ...touchOf(setup, at_ms, bit, kind, blast.campaign), message });
    };
    if (seen && reach.seen_kind !== undefined) happen(seen_ms, reach.seen_kind);
    if (seen && clicked) happen(click_ms, reach.click_kind);
  }
  return touches;
}

/** The touches and all touches that follow them. A following touch needs the same channels and campaigns, and its own. */
export function followerTouches(setup: Setup, life: Life, own: readonly Touch[]): Touch[] {
  const all = [...own];
  if (setup.followers.length === 0) return all;
  const streams = setup.followers.map((follower) =>
    streamOf(setup, `${follower.after_channel} brings ${follower.channel}`, life.index),
  );
  // The list grows during the loop, because a following touch may have followers too.
  for (let i = 0; i < all.length; i++) {
    const cause = all[i]!;
    for (const [which, follower] of setup.followers.entries()) {
      if (follower.after_channel !== cause.channel) continue;
      const random = streams[which]!;
      const mean = follower.mean * (follower.persuaded ? cause.strength : 1);
      for (let left = random.exponential(1); left < mean; left += random.exponential(1)) {
        const at_ms = cause.at_ms + Math.floor(random.exponential(follower.mean_delay_days) * MS_PER_DAY) + 60_000;
        const campaign = campaignOf(setup, setup.channels[follower.channel]!, random);
        if (at_ms >= setup.end_ms) continue;
        const touch = touchOf(setup, at_ms, follower.channel, follower.kind, campaign);
        touch.needs_channels |= cause.needs_channels;
        touch.needs_campaigns |= cause.needs_campaigns;
        all.push(touch);
      }
    }
  }
  return all;
}

function campaignOf(setup: Setup, channel: Channel, random: Random): number {
  if (channel.campaigns.length === 0) return -1;
  let left = random.unit();
  for (const campaign of channel.campaigns) {
    left -= setup.campaigns[campaign]!.share;
    if (left < 0) return campaign;
  }
  return channel.campaigns.at(-1)!;
}

function touchOf(setup: Setup, at_ms: number, channel: number, kind: number, campaign: number): Touch {
  return {
    at_ms,
    kind,
    channel,
    campaign,
    strength: campaign < 0 ? 1 : setup.campaigns[campaign]!.strength,
    needs_channels: 1 << channel,
    needs_campaigns: campaign < 0 ? 0 : 1 << campaign,
    message: -1,
  };
}
