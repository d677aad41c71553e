/** Draws the setup of a world from a family and a seed: its channels, and the strength and length of their effects. */
import { Random } from '../../domain/random.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';
import { CATALOGUE, type ChannelName, type ChannelTemplate, type Range } from './catalogue.ts';
import { BLUEPRINTS, type Blueprint } from './families.ts';
import type { Blast, Campaign, CausalOptions, Channel, Kind, Setup } from './setup.ts';

const MAX_EXTRA = 3;
/** A bound, because the truth is computed for each of the 2^n sets of channels. */
const MAX_CHANNELS = 8;
/** Sigma of the logarithm of effects, of channels and of campaigns: wide, because channels and campaigns differ widely. */
const EFFECT_SIGMA = 0.7;
const CAMPAIGN_SIGMA = 0.6;

/** Draws a setup; its `effect_scale` is still 1 (see {@link calibrate}). Customers, holdouts and their number do not matter. */
export function drawSetup(options: CausalOptions): { setup: Setup; incremental_fraction: number } {
  const blueprint = BLUEPRINTS[options.family];
  const random = new Random(options.seed, `causal ${options.family}`);
  const draw = ([low, high]: Range): number => random.between(low, high);
  const start_ms = options.end_ms - options.days * MS_PER_DAY;
  const organic_per_day = draw(blueprint.organic_per_30_days) / 30;
  const incremental_fraction = draw(blueprint.incremental);
  const after_order = blueprint.after_order(draw);
  const parts = drawChannels(blueprint, random, draw, incremental_fraction === 0);
  const { names, channels, kinds, campaigns } = parts;
  const setup: Setup = {
    options,
    start_ms,
    end_ms: options.end_ms,
    form: blueprint.form,
    after_order,
    organic_per_day,
    intent_sigma: blueprint.intent_sigma,
    segment_noise: blueprint.segment_noise,
    ...(blueprint.market ? { market: blueprint.market } : {}),
    channels,
    kinds,
    campaigns,
    followers: (blueprint.followers ?? []).flatMap(({ after, channel, mean, mean_delay_days, persuaded }) => {
      const drawn = draw(mean);
      const [after_channel, to] = [names.indexOf(after), names.indexOf(channel)];
      const kind = kinds.findIndex((one) => one.channel === to);
      return after_channel < 0 || to < 0
        ? []
        : [{ after_channel, channel: to, kind, mean: drawn, mean_delay_days, persuaded }];
    }),
    closers: (blueprint.closers ?? []).map(({ channel, campaign, share }) => ({
      kind: kinds.findIndex((one) => one.channel === names.indexOf(channel)),
      campaign: campaigns.findIndex((one) => one.campaign_id === campaign),
      share: draw(share),
    })),
    blasts: drawBlasts(channels, campaigns, start_ms, options),
    effect_scale: 1,
  };
  return { setup, incremental_fraction };
}

interface Parts {
  names: string[];
  channels: Channel[];
  kinds: Kind[];
  campaigns: Campaign[];
}

function drawChannels(blueprint: Blueprint, random: Random, draw: (range: Range) => number, placebo: boolean): Parts {
  const extra = shuffled(blueprint.extra, random).slice(
    0,
    random.integer(0, Math.min(MAX_EXTRA, MAX_CHANNELS - blueprint.core.length)),
  );
  const names = [...blueprint.core, ...extra].sort();
  const idle = random.pick(
    blueprint.idle.filter((name) => names.includes(name)).concat(idleFallback(blueprint, names)),
  );
  const parts: Parts = { names, channels: [], kinds: [], campaigns: [] };
  for (const [index, name] of names.entries()) {
    const template: ChannelTemplate = CATALOGUE[name];
    const strength = random.lognormal(1, EFFECT_SIGMA) * (blueprint.effect?.[name] ?? 1);
    const effective = placebo || name === idle ? 0 : strength;
    const closing = blueprint.closers?.find((closer) => closer.channel === name)?.campaign;
    const first_campaign = parts.campaigns.length;
    parts.campaigns.push(...drawCampaigns(template.campaigns, index, closing, random));
    const kindOf = (kind: {
      touchpoint_type: Kind['touchpoint_type'];
      effect: number;
      half_life_days: Range;
    }): number => {
      const half_life_days = draw(kind.half_life_days) * (blueprint.half_life ?? 1);
      const view = kind.touchpoint_type === 'email_open' || kind.touchpoint_type === 'ad_impression';
      parts.kinds.push({
        touchpoint_type: kind.touchpoint_type,
        channel: index,
        effect: kind.effect * effective,
        // A view's window is one day, and reports cannot see an effect after it.
        half_life_days: view ? Math.min(half_life_days, 0.35) : half_life_days,
        rise_days: view ? 0 : (blueprint.rise ?? 0) * half_life_days,
        primes: blueprint.primes?.includes(name) ?? false,
      });
      return parts.kinds.length - 1;
    };
    const volume = blueprint.volume?.[name] ?? blueprint.volume?.all ?? 1;
    const pull = blueprint.pull ?? 1;
    parts.channels.push({
      name,
      reach: drawReach(template, draw, kindOf, volume),
      campaigns: template.campaigns.map((_, i) => first_campaign + i),
      intent_pull: template.intent_pull * pull,
      market_pull: template.market_pull,
      segment_pull: template.segment_pull,
    });
  }
  return parts;
}

/** If a seed drew none of the channels that may be without effect, `display` has none instead. */
function idleFallback(blueprint: Blueprint, names: readonly ChannelName[]): ChannelName[] {
  return blueprint.idle.some((name) => names.includes(name)) ? [] : names.filter((name) => name === 'display');
}

function drawReach(
  { reach }: ChannelTemplate,
  draw: (range: Range) => number,
  kindOf: (kind: { touchpoint_type: Kind['touchpoint_type']; effect: number; half_life_days: Range }) => number,
  volume: number,
): Channel['reach'] {
  if (reach.way === 'arrivals') {
    return { way: 'arrivals', per_30_days: draw(reach.per_30_days) * volume, kind: kindOf(reach.kind) };
  }
  return {
    way: 'blasts',
    every_days: draw(reach.every_days) / volume,
    seen_kind: reach.seen === undefined ? undefined : kindOf(reach.seen),
    seen_rate: draw(reach.seen_rate),
    click_kind: kindOf(reach.click),
    click_rate: draw(reach.click_rate),
  };
}

/** One of two or three campaigns has no effect; the strengths of the others average to 1 over the channel's touches. */
function drawCampaigns(
  names: readonly string[],
  channel: number,
  closing: string | undefined,
  random: Random,
): Campaign[] {
  if (names.length === 0) return [];
  const weak = closing ?? random.pick(names);
  const drawn = names.map((campaign_id) => ({
    campaign_id,
    channel,
    strength: campaign_id === weak ? 0 : random.lognormal(1, CAMPAIGN_SIGMA),
    share: random.between(0.5, 1.5),
  }));
  const shares = drawn.reduce((sum, one) => sum + one.share, 0);
  const mean = drawn.reduce((sum, one) => sum + one.strength * one.share, 0) / shares;
  return drawn.map((one) => ({ ...one, strength: one.strength / mean, share: one.share / shares }));
}

function drawBlasts(
  channels: readonly Channel[],
  campaigns: readonly Campaign[],
  start_ms: number,
  { seed, family, end_ms }: CausalOptions,
): Blast[] {
  const blasts: Blast[] = [];
  for (const [channel, { name, reach, campaigns: own }] of channels.entries()) {
    if (reach.way !== 'blasts') continue;
    const random = new Random(seed, `causal ${family} blasts ${name}`);
    let number = 0;
    for (let at = start_ms + random.between(0, reach.every_days) * MS_PER_DAY; at < end_ms; ) {
      const { campaign } = random.weighted(own.map((one) => ({ campaign: one, share: campaigns[one]!.share })));
      const at_ms = Math.floor(at / MS_PER_DAY) * MS_PER_DAY + random.integer(8, 16) * MS_PER_HOUR;
      number++;
      const email_id = `${campaigns[campaign]!.campaign_id}_${number}`;
      if (at_ms >= start_ms && at_ms < end_ms) blasts.push({ at_ms, channel, campaign, email_id });
      at += reach.every_days * random.between(0.7, 1.3) * MS_PER_DAY;
    }
  }
  return blasts.sort((a, b) => a.at_ms - b.at_ms || a.channel - b.channel);
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(random.integer(0, left.length - 1), 1));
  return out;
}
