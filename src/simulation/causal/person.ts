/** The data of one person in a causal world. */
import type { Spell } from './market.ts';

export interface Touch {
  at_ms: number;
  kind: number;
  channel: number;
  /** -1 without a campaign. */
  campaign: number;
  /** Scales the effect: the campaign's strength. */
  strength: number;
  /** Bits of the channels and campaigns that it needs to happen: its own, and those of the touches that brought it. */
  needs_channels: number;
  needs_campaigns: number;
  /** The index of its message among the person's messages; -1 for none. */
  message: number;
}

export interface Message {
  blast: number;
  sent_ms: number;
  delivered_ms: number;
}

export interface Life {
  index: number;
  /** Nothing happens to the person before it. */
  joined_ms: number;
  /** Multiplies the organic rate; mean 1. No record shows it. */
  intent: number;
  /** Multiplies the effects of touches; mean about 1. */
  response: number;
  /** 0, 1 or 2: the intent with noise, as a marketer sees it. */
  segment: number;
  mean_order_cents: number;
  /** Spells in the market, in order, without overlap. */
  spells: readonly Spell[];
  touches: readonly Touch[];
  messages: readonly Message[];
  /** Bits of the channels from which the person is held out. */
  held_out: number;
}

/** A person as they lived, all channels on. Indices of kinds, channels and campaigns are those of the world's setup. */
export interface Person {
  index: number;
  joined_ms: number;
  segment: number;
  /** Bits of the channels from which the person is held out. */
  held_out: number;
  /** In order of time. Touches after an order with which the person left are not here. */
  touches: readonly Touch[];
  messages: readonly Message[];
  orders: readonly Order[];
}

export interface Order {
  at_ms: number;
  cents: number;
}
