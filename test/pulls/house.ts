/** A shop whose spend is read from fakes of vendors, with a clock of the test. */
import { setTimeout } from 'node:timers/promises';
import { OutNetwork } from '../../src/network/network.ts';
import { PullList, type PullStatus } from '../../src/pulls/runs/pulls.ts';
import { Pull } from '../../src/pulls/runs/run.ts';
import { type PullSettings, pullSettings } from '../../src/pulls/settings.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import type { State } from '../../src/state/port.ts';
import { ALL_BRANDS } from '../support/events.ts';
import type { Json, Shop } from '../support/shop.ts';
import { openTestState } from '../support/state.ts';

export const NOW_MS = Date.parse('2026-03-20T12:00:00Z');

export class PullHouse {
  now_ms = NOW_MS;
  /** Pauses that a reading asked for. */
  readonly waits: number[] = [];
  readonly settings: PullSettings;
  pull: Pull;

  private constructor(
    readonly shop: Shop,
    readonly state: State,
    file: object,
    private readonly network: OutNetwork,
  ) {
    this.settings = pullSettings({ ads: { private_network: true, ...file } as never }, {}).get('ads')!;
    this.pull = this.restarted();
  }

  static async open(shop: Shop, file: object): Promise<PullHouse> {
    return new PullHouse(shop, await openTestState(), file, new OutNetwork(true, 5_000, 1 << 20));
  }

  /** The pull as a new process has it. @param accept what becomes of statements; they go into the log when left out. */
  restarted(
    accept: Shop['tributary']['collector']['accept'] = this.shop.tributary.collector.accept.bind(
      this.shop.tributary.collector,
    ),
  ): Pull {
    this.pull = new Pull(this.settings, {
      state: this.state,
      collector: { accept },
      clock: () => this.now_ms,
      random: () => 0.5,
      network: this.network,
      wait: async (ms) => {
        this.waits.push(ms);
        await setTimeout(0);
      },
    });
    return this.pull;
  }

  /** Looks once, some hours later. */
  async look(hours = 0): Promise<PullStatus> {
    this.now_ms += hours * 3_600_000;
    await this.pull.look({ transaction: (work) => this.state.transaction(work) }, new AbortController().signal);
    return this.status();
  }

  async status(): Promise<PullStatus> {
    const list = new PullList(new Map([['ads', this.settings]]), this.state, () => ({
      time_zone: 'UTC',
      currency: 'USD',
    }));
    return (await list.list(null))[0]!;
  }

  async ask(): Promise<void> {
    await new PullList(new Map([['ads', this.settings]]), this.state, () => ({
      time_zone: 'UTC',
      currency: 'USD',
    })).ask('ads', null);
  }

  /** The spend of the report on attribution, by channel, and in all. */
  async spent(start = '2026-02-01', end = '2026-04-01'): Promise<{ total: string; rows: Json[] }> {
    await this.shop.tributary.collector.flush();
    const answer: Json = await attributionReport(
      this.shop.reports,
      { start, end, group_by: 'channel,campaign_id' },
      ALL_BRANDS,
    );
    const rows = answer.channel_attribution.filter(({ spend }: Json) => spend !== null && spend !== undefined);
    const micros = rows.reduce((sum: bigint, { spend_micros }: Json) => sum + BigInt(spend_micros), 0n);
    return { total: micros.toString(), rows };
  }

  close(): void {
    this.network.close();
  }
}
