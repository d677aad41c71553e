/** One person before any order: their traits, and every touch that would happen with all channels on. */

import { Random } from '../../domain/random.ts';
import { drawSpells } from './market.ts';
import type { Life, Message } from './person.ts';
import type { Setup } from './setup.ts';
import { arrivals, blastTouches, followerTouches } from './touches.ts';

/** The share of people who are present when the world begins. */
const THERE_AT_START = 0.75;

/** Draws person `index`. The result does not depend on other people: each purpose has its own random stream. */
export function drawLife(setup: Setup, index: number): Life {
  const { seed, family } = setup.options;
  const random = new Random(seed, `causal ${family} traits`, index);
  const log_intent = random.normal(0, setup.intent_sigma);
  const intent = Math.exp(log_intent - setup.intent_sigma ** 2 / 2);
  const response = intent ** 0.3 * random.lognormal(1, 0.4);
  const seen = log_intent + random.normal(0, setup.segment_noise);
  const spread = Math.hypot(setup.intent_sigma, setup.segment_noise);
  const there = random.chance(THERE_AT_START);
  const joined_ms = Math.floor(setup.start_ms + (there ? 0 : random.between(0, 0.7) * (setup.end_ms - setup.start_ms)));
  const life: Life = {
    index,
    joined_ms,
    intent,
    response,
    segment: seen < -0.5 * spread ? 0 : seen < 0.6 * spread ? 1 : 2,
    mean_order_cents: random.lognormal(8_000, 0.4),
    spells: drawSpells(setup, joined_ms, random),
    touches: [],
    messages: [],
    held_out: drawHoldouts(setup, index),
  };
  const messages: Message[] = [];
  const own = setup.channels.flatMap((channel, bit) =>
    channel.reach.way === 'arrivals'
      ? arrivals(setup, life, bit, channel.reach)
      : blastTouches(setup, life, bit, channel.reach, messages),
  );
  const touches = followerTouches(setup, life, own).filter((touch) => (touch.needs_channels & life.held_out) === 0);
  touches.sort((a, b) => a.at_ms - b.at_ms || a.kind - b.kind || a.campaign - b.campaign);
  return { ...life, touches, messages };
}

/** Draws the holdout of each channel from its own random stream, so that a holdout changes nothing else. */
function drawHoldouts({ options, channels }: Setup, index: number): number {
  let held_out = 0;
  for (const [bit, { name }] of channels.entries()) {
    const share = options.holdouts?.[name] ?? 0;
    if (share > 0 && new Random(options.seed, `causal holdout ${name}`, index).chance(share)) held_out |= 1 << bit;
  }
  return held_out;
}
