/** The true effects of the touches of a causal world: the content of its truth.json. docs/worlds.md explains each number. */

import { formatInstant } from '../../domain/time.ts';
import type { Forecast } from './forecast.ts';
import { Game } from './game.ts';
import { customerId } from './names.ts';
import type { Life, Person } from './person.ts';
import type { CausalOptions, Setup } from './setup.ts';

export interface ChannelTruth {
  /** The part of the incremental conversions; 0 in a world without any. The shares add up to 1. */
  share: number;
  /** Shapley value of the channel, in expected orders; they add up to `incremental_conversions`. */
  shapley_conversions: number;
  /** Expected orders that would be lost if this channel alone were switched off, and their fraction of all expected. */
  removal_conversions: number;
  removal_effect: number;
  /** Shapley value in money, major units of USD. */
  caused_value: number;
  /** Touches that happened. */
  touches: number;
}

export interface CampaignTruth {
  channel: string;
  /** Expected orders that would be lost if this campaign alone were switched off. */
  removal_conversions: number;
  touches: number;
}

export interface CausalTruth {
  generator: 'tributary-causal/1';
  family: string;
  options: CausalOptions;
  start: string;
  end: string;
  /** No touch has an effect on orders. */
  placebo: boolean;
  form: string;
  after_order: string;
  /** Orders that happened: one draw of `expected_conversions`. */
  conversions: number;
  /** Expectation over the order process given the touches, all channels on; the rest of the figures are of this kind. */
  expected_conversions: number;
  /** Expected with all channels on minus with none. */
  incremental_conversions: number;
  incremental_fraction: number;
  incremental_value: number;
  /** Standard deviation of `conversions` around `expected_conversions`. An upper bound if people rest after orders, else exact. */
  conversions_standard_error: number;
  channels: Record<string, ChannelTruth>;
  campaigns: Record<string, CampaignTruth>;
  channels_without_effect: string[];
  campaigns_without_effect: string[];
  /** Per channel with a holdout: the customers who were held out at random, and the requested share. */
  holdouts: Record<string, { share: number; customers: string[] }>;
}

/** Adds up people to get the truth. */
export class Tally {
  private readonly orders: Game;
  private readonly value: Game;
  private readonly channel_touches: number[];
  private readonly campaign_touches: number[];
  private readonly campaign_losses: number[];
  private readonly held_out = new Map<string, string[]>();
  private conversions = 0;
  private variance = 0;

  constructor(private readonly setup: Setup) {
    this.orders = new Game(setup.channels.length);
    this.value = new Game(setup.channels.length);
    this.channel_touches = setup.channels.map(() => 0);
    this.campaign_touches = setup.campaigns.map(() => 0);
    this.campaign_losses = setup.campaigns.map(() => 0);
  }

  add(life: Life, { channels, orders, campaigns, without_campaign }: Forecast, person: Person): void {
    this.orders.add(channels, orders);
    this.value.add(channels, orders, life.mean_order_cents / 100);
    const expected = orders.at(-1)!;
    for (const [i, campaign] of campaigns.entries()) this.campaign_losses[campaign]! += expected - without_campaign[i]!;
    this.conversions += person.orders.length;
    this.variance += this.setup.after_order.person === 'leaves' ? expected * (1 - expected) : expected;
    for (const { channel, campaign } of person.touches) {
      this.channel_touches[channel]!++;
      if (campaign >= 0) this.campaign_touches[campaign]!++;
    }
    for (const [bit, { name }] of this.setup.channels.entries()) {
      if (((life.held_out >> bit) & 1) === 0) continue;
      const customers = this.held_out.get(name) ?? [];
      customers.push(customerId(life.index));
      this.held_out.set(name, customers);
    }
  }

  truth(): CausalTruth {
    const { setup } = this;
    const { options } = setup;
    const expected = this.orders.all;
    const incremental = expected - this.orders.worth(0);
    const channels = this.channelTruths(expected, incremental);
    const campaigns = Object.fromEntries(
      setup.campaigns.map(({ campaign_id, channel }, i): [string, CampaignTruth] => [
        campaign_id,
        {
          channel: setup.channels[channel]!.name,
          removal_conversions: this.campaign_losses[i]!,
          touches: this.campaign_touches[i]!,
        },
      ]),
    );
    const idle = (all: Record<string, { removal_conversions: number }>) =>
      Object.keys(all).filter((name) => all[name]!.removal_conversions === 0);
    return {
      generator: 'tributary-causal/1',
      family: options.family,
      options,
      start: formatInstant(setup.start_ms),
      end: formatInstant(setup.end_ms),
      placebo: setup.effect_scale === 0,
      form: setup.form,
      after_order: setup.after_order.person,
      conversions: this.conversions,
      expected_conversions: expected,
      incremental_conversions: incremental,
      incremental_fraction: expected > 0 ? incremental / expected : 0,
      incremental_value: this.value.all - this.value.worth(0),
      conversions_standard_error: Math.sqrt(this.variance),
      channels,
      campaigns,
      channels_without_effect: idle(channels),
      campaigns_without_effect: idle(campaigns),
      holdouts: Object.fromEntries(
        Object.entries(options.holdouts ?? {}).map(([name, share]) => [
          name,
          { share, customers: this.held_out.get(name) ?? [] },
        ]),
      ),
    };
  }

  private channelTruths(expected: number, incremental: number): Record<string, ChannelTruth> {
    return Object.fromEntries(
      this.setup.channels.map(({ name }, channel): [string, ChannelTruth] => {
        const shapley_conversions = this.orders.shapley(channel);
        const removal_conversions = this.orders.removal(channel);
        return [
          name,
          {
            share: incremental > 0 ? shapley_conversions / incremental : 0,
            shapley_conversions,
            removal_conversions,
            removal_effect: expected > 0 ? removal_conversions / expected : 0,
            caused_value: this.value.shapley(channel),
            touches: this.channel_touches[channel]!,
          },
        ];
      }),
    );
  }
}
