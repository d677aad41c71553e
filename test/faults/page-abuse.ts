/** Someone takes the key out of a shop's page, and tries everything with it while the shop's server sends its orders. */
import { performance } from 'node:perf_hooks';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import { body, DAY, type Sent } from './clients.ts';
import type { Scenario, Size } from './harness.ts';
import type { Server } from './server.ts';

const ORDERS: Record<Size, number> = { small: 5, deep: 5, full: 200 };
const ITEMS = 5;
const REPORT = `/v1/reports/attribution?start=${DAY}&end=2026-03-02`;
const READS = [REPORT, '/v1/conflicts', '/v1/dead_letters', '/v1/doctor', '/v1/keys', '/v1/customers/x', '/metrics'];

class Abuser {
  readonly statuses = new Map<string, number>();
  constructor(
    private readonly server: Server,
    private readonly key: string,
  ) {}

  /** The orders of a request, at another value. They are claims. */
  async claim(sent: Sent, value: string): Promise<void> {
    const text = body(sent).replaceAll('"conversion_value":"1.00"', `"conversion_value":"${value}"`);
    await this.try('claims', 'POST', '/v1/conversions', text);
  }

  /** Everything that is not for pages. */
  async tryTheRest(order: string): Promise<void> {
    for (const record of RECORD_NAMES) {
      if (recordKind(record).pages !== undefined) continue;
      const [example] = Object.values(recordKind(record).examples);
      await this.try(record, 'POST', `/v1/${record}`, JSON.stringify(example));
    }
    const refund = { conversion_id: order, adjustment_type: 'refund', amount: '-1.00', currency: 'USD' };
    await this.try('adjustments', 'POST', '/v1/adjustments', JSON.stringify(refund));
    for (const path of READS) await this.try(path, 'GET', path);
    for (const path of [`/v1/conversions/${order}/receipt`, `/v1/customers/${order}`])
      await this.try('a read of one person', 'GET', path);
    for (const path of ['/v1/keys', '/v1/flush', '/v1/doctor/backup', '/v1/models'])
      await this.try(path, 'POST', path, '{}');
  }

  private async try(what: string, method: 'GET' | 'POST', path: string, text?: string): Promise<void> {
    const by_header = await this.server.request(method, path, text, { key: this.key });
    const in_url = await fetch(`${this.server.address}${path}${path.includes('?') ? '&' : '?'}key=${this.key}`, {
      method,
      headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
      ...(text === undefined ? {} : { body: text }),
    });
    for (const { status } of [by_header, in_url]) {
      const name = `${status} for ${what}`;
      this.statuses.set(name, (this.statuses.get(name) ?? 0) + 1);
    }
  }
}

const abuse: Scenario = {
  fault: 'a page key that claims orders and tries everything else',
  run: async (stage, size) => {
    stage.configure({ defaults: { page_conversions: true } });
    const server = await stage.start();
    const abuser = new Abuser(server, await server.key('page'));
    for (let n = 0; n < ORDERS[size]; n++) {
      const sent = stage.clients.next(`orders-${n}`, ITEMS, false);
      await abuser.claim(sent, '0.00');
      await stage.clients.send(server, sent);
      await abuser.claim(sent, '999999.00');
    }
    await abuser.tryTheRest('orders-0.0');
    const recovery_ms = await stage.recovered(server, performance.now());
    // Claims have stored ids of their own.
    stage.clients.others = /^page\W/;
    const refused = [...abuser.statuses].filter(([name]) => name.startsWith('403'));
    const others = [...abuser.statuses.keys()].filter((name) => !name.startsWith('403') && name !== '202 for claims');
    const times = (entries: Array<[string, number]>): number => entries.reduce((sum, [, n]) => sum + n, 0);
    return {
      server,
      recovery_ms,
      note: `${abuser.statuses.get('202 for claims')} requests with claims, all overruled; ${times(refused)} of ${times(refused) + others.length} other calls refused`,
      problems: others.map((name) => `the page key was answered ${name}`),
      told: /conflicts in the last hour/,
    };
  },
};

export const PAGE_ABUSE: Scenario[] = [abuse];
