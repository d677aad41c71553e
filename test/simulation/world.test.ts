import { describe, expect, it } from 'vitest';
import { RECORD_NAMES, type RecordName, recordKind } from '../../src/domain/index.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import { type Simulated, simulate, type Truth } from '../../src/simulation/world.ts';
import { good } from '../support/read.ts';

type Event = Record<string, string> & { evidence?: { delivered_at: string } };

const end_ms = Date.UTC(2026, 2, 1, 9, 30);
const options = { customers: 400, days: 90, seed: 7, end_ms };
const { all, truth } = live(options);

function live(of: typeof options & { brand_id?: string }): { all: Simulated[]; truth: Truth } {
  const all: Simulated[] = [];
  const world = simulate(of);
  for (;;) {
    const next = world.next();
    if (next.done) return { all, truth: next.value };
    all.push(next.value);
  }
}

/** Events of a kind, each once. */
function events(record: RecordName): Event[] {
  const found = new Map<string, Event>();
  for (const item of all) {
    if (item.record === record) found.set(idOf(item), item.event as Event);
  }
  return [...found.values()];
}

function idOf({ record, event }: Simulated): string {
  const id = (event as Event)[recordKind(record).id_field];
  return id ?? `${(event as Event).date}`;
}

const ofPeople = ({ record }: Simulated): boolean => !['spend', 'claims', 'experiments'].includes(record);
const at = (event: Event) => Date.parse(event.occurred_at ?? event.assigned_at ?? '');
const touches = events('touchpoints');
const conversions = events('conversions');
const orders = conversions.filter((c) => c.order_id !== undefined);

describe('a simulated world', () => {
  it('holds only records that the product accepts', () => {
    const seen = new Set<RecordName>();
    for (const { record, event } of all) {
      good(record, event, { now_ms: end_ms });
      seen.add(record);
    }
    // The shop says who was put where, and no more: its email events tell who got an email.
    expect([...seen].sort()).toEqual(RECORD_NAMES.filter((name) => name !== 'exposures').sort());
  });

  it('is the same for the same options and another for another seed', () => {
    expect(live(options).all).toEqual(all);
    expect(live({ ...options, seed: 8 }).all).not.toEqual(all);
  });

  it('has providers that each claim whole orders, and more of them than they caused', () => {
    const { claimed, orders: sold } = truth;
    const claims = events('claims');
    for (const [claimant, { orders: conversions, gross }] of Object.entries(claimed)) {
      const own = claims.filter((claim) => claim.claimant === claimant);
      expect(own.reduce((sum, claim) => sum + Number(claim.conversions), 0)).toBe(conversions);
      for (const currency of ['USD', 'EUR'] as const) {
        const revenue = own.filter((claim) => claim.currency === currency).map((claim) => cents(claim.revenue!));
        expect(revenue.reduce((sum, one) => sum + one, 0)).toBe(cents(gross[currency]));
      }
      expect(conversions).toBeLessThanOrEqual(sold.count);
    }
    const caused = (...causes: string[]): number =>
      causes.map((cause) => truth.caused[cause]?.orders ?? 0).reduce((sum, one) => sum + one, 0);
    // The email tool also counts opens that machines made, and the ad platform looks back four weeks.
    expect(claimed['mail_tool']!.orders).toBeGreaterThan(caused('email_click', 'email_read'));
    expect(claimed['ad_platform']!.orders).toBeGreaterThan(2 * caused('paid_search', 'paid_social', 'display'));
  });

  it('gives a customer the same life however many others there are', () => {
    const few = live({ ...options, customers: 20 }).all.filter(ofPeople);
    const many = all.filter(ofPeople);
    expect(many.slice(0, few.length)).toEqual(few);
  });

  it('repeats about one event in a hundred, with the same content', () => {
    const contents = new Map<string, string>();
    let repeats = 0;
    for (const item of all) {
      const key = `${item.record} ${idOf(item)}`;
      const content = JSON.stringify(item.event);
      if (contents.has(key)) repeats++;
      expect(contents.get(key) ?? content).toBe(content);
      contents.set(key, content);
    }
    expect(repeats / all.length).toBeGreaterThan(0.006);
    expect(repeats / all.length).toBeLessThan(0.014);
  });

  it('happens between its start and its end, and nothing arrives before it happened', () => {
    let late = 0;
    for (const { event, arrives_at_ms } of all) {
      const occurred_ms = at(event as Event);
      if (Number.isNaN(occurred_ms)) continue;
      expect(occurred_ms).toBeGreaterThanOrEqual(end_ms - options.days * MS_PER_DAY);
      expect(arrives_at_ms).toBeGreaterThanOrEqual(occurred_ms);
      expect(arrives_at_ms).toBeLessThanOrEqual(end_ms);
      if (arrives_at_ms - occurred_ms > MS_PER_HOUR) late++;
    }
    expect(late).toBe(truth.late_lines);
    expect(late / all.length).toBeGreaterThan(0.02);
    expect(late / all.length).toBeLessThan(0.05);
  });

  it('puts the brand on every record when it has one', () => {
    const branded = live({ ...options, customers: 5, brand_id: 'acme' }).all;
    expect(branded.every(({ event }) => (event as Event).brand_id === 'acme')).toBe(true);
  });

  it('refuses options that make no world', () => {
    expect(() => simulate({ ...options, days: 0 }).next()).toThrow(/days is 0/);
    expect(() => simulate({ ...options, customers: 1.5 }).next()).toThrow(/customers is 1.5/);
  });
});

describe('the people', () => {
  it('never convert before they have been touched', () => {
    const first = new Map<string, number>();
    for (const touch of touches) {
      for (const id of [touch.customer_id, touch.anonymous_id]) {
        if (id !== undefined) first.set(id, Math.min(first.get(id) ?? Number.POSITIVE_INFINITY, at(touch)));
      }
    }
    expect(conversions.length).toBeGreaterThan(100);
    for (const conversion of conversions) {
      const id = conversion.anonymous_id ?? conversion.customer_id ?? '';
      expect(first.get(id)).toBeLessThan(at(conversion));
    }
  });

  it('are anonymous on a device before their first login there and known after it', () => {
    const known_from = new Map<string, number>();
    const on_devices = touches.filter((t) => t.session_id !== undefined).sort((a, b) => at(a) - at(b));
    let anonymous = 0;
    for (const touch of on_devices) {
      const device = touch.anonymous_id ?? '';
      if (touch.customer_id !== undefined) known_from.set(device, known_from.get(device) ?? at(touch));
      else {
        anonymous++;
        expect(known_from.has(device)).toBe(false);
      }
    }
    expect(anonymous).toBeGreaterThan(50);
    expect(known_from.size).toBeGreaterThan(50);
  });

  it('leave it to the product to derive the channel, and come on all of them', () => {
    expect(touches.filter((t) => 'channel' in t || 'verdict' in t)).toEqual([]);
    const types = new Set(touches.map((t) => t.touchpoint_type));
    for (const type of ['email_open', 'email_click', 'website_visit', 'page_view', 'paid_ad_click', 'ad_impression']) {
      expect(types).toContain(type);
    }
    const text = touches.map((t) => `${t.url} ${t.referrer}`).join('\n');
    for (const sign of ['gclid=', 'fbclid=', 'utm_medium=email', 'utm_medium=affiliate', 'bing.com', 'blog.', 'sms']) {
      expect(text).toContain(sign);
    }
  });

  it('cause about six touchpoints and 0.15 to 0.35 orders a month', () => {
    const months = (options.customers * options.days) / 30;
    expect(touches.length / months).toBeGreaterThan(4);
    expect(touches.length / months).toBeLessThan(10);
    expect(truth.orders.count / months).toBeGreaterThan(0.15);
    expect(truth.orders.count / months).toBeLessThan(0.35);
  });

  it('pay in one currency each, of two', () => {
    const paid = new Map<string, Set<string>>();
    for (const { customer_id = '', currency = '' } of orders) {
      paid.set(customer_id, (paid.get(customer_id) ?? new Set()).add(currency));
    }
    expect(new Set([...paid.values()].flatMap((one) => [...one]))).toEqual(new Set(['USD', 'EUR']));
    expect([...paid.values()].every((one) => one.size === 1)).toBe(true);
  });
});

describe('the orders', () => {
  it('are sometimes reported by browser and server, with one order_id and one value', () => {
    const values = new Map<string, Set<string>>();
    for (const { order_id = '', conversion_value = '' } of orders) {
      values.set(order_id, (values.get(order_id) ?? new Set()).add(conversion_value));
    }
    expect([...values.values()].every((one) => one.size === 1)).toBe(true);
    expect(values.size).toBe(truth.orders.count);
    expect(orders.length - values.size).toBe(truth.orders.reported_twice);
    expect(truth.orders.reported_twice).toBeGreaterThan(0);
  });

  it('add up to the truth, in each currency, with refunds that never exceed them', () => {
    const net = new Map<string, number>();
    const order_of = new Map<string, string>();
    for (const order of orders) {
      order_of.set(order.conversion_id!, order.order_id!);
      net.set(order.order_id!, cents(order.conversion_value!));
    }
    const gross = { USD: 0, EUR: 0 };
    const currency_of = new Map(orders.map((o) => [o.order_id!, o.currency as 'USD' | 'EUR']));
    for (const [order_id, value] of net) gross[currency_of.get(order_id)!] += value;
    const adjusted = { USD: 0, EUR: 0 };
    for (const adjustment of events('adjustments')) {
      const order_id = adjustment.order_id ?? order_of.get(adjustment.conversion_id!)!;
      expect(adjustment.currency).toBe(currency_of.get(order_id));
      adjusted[currency_of.get(order_id)!] += cents(adjustment.amount!);
      net.set(order_id, net.get(order_id)! + cents(adjustment.amount!));
    }
    expect(Math.min(...net.values())).toBe(0);
    for (const currency of ['USD', 'EUR'] as const) {
      expect(gross[currency]).toBe(cents(truth.orders.gross[currency]));
      expect(adjusted[currency]).toBe(cents(truth.orders.adjustments[currency]));
      expect(gross[currency] + adjusted[currency]).toBe(cents(truth.orders.net[currency]));
    }
  });

  it('each have one cause, and machines, direct visits and affiliates are none', () => {
    const causes = Object.values(truth.caused);
    expect(causes.reduce((sum, cause) => sum + cause.orders, 0)).toBe(truth.orders.count);
    for (const currency of ['USD', 'EUR'] as const) {
      const sum = causes.reduce((total, cause) => total + cents(cause.gross[currency]), 0);
      expect(sum).toBe(cents(truth.orders.gross[currency]));
    }
    for (const name of ['machine_open', 'scanner_click', 'direct', 'affiliate'])
      expect(truth.caused).not.toHaveProperty(name);
    const per_click = truth.caused.email_click!.orders / truth.email.human_clicks;
    expect(per_click).toBeGreaterThan(0.15);
    expect(per_click).toBeLessThan(0.4);
  });

  it('follow email clicks far more often than machine opens', () => {
    const bought = new Map<string, number[]>();
    for (const { customer_id = '', ...order } of orders) {
      bought.set(customer_id, [...(bought.get(customer_id) ?? []), at(order as Event)]);
    }
    const followed = (list: Event[]) => {
      const hits = list.filter((touch) => {
        const times = bought.get(touch.customer_id!) ?? [];
        return times.some((time) => time >= at(touch) && time <= at(touch) + 7 * MS_PER_DAY);
      });
      return hits.length / list.length;
    };
    expect(followed(humanClicks())).toBeGreaterThan(2 * followed(machineOpens()));
  });
});

describe('the email', () => {
  it('is opened by machines more often than by people, as the truth says', () => {
    expect(machineOpens().length).toBe(truth.email.machine_opens);
    expect(truth.email.machine_opens).toBeGreaterThan(truth.email.human_opens + truth.email.proxied_opens);
    const proxied = touches.filter((t) => t.user_agent?.includes('GoogleImageProxy'));
    expect(proxied.length).toBe(truth.email.proxied_opens);
  });

  it('is clicked by scanners within seconds of its delivery, every link', () => {
    const clicks = touches.filter((t) => t.touchpoint_type === 'email_click');
    const instant = clicks.filter((t) => at(t) - Date.parse(t.evidence!.delivered_at) < 10_000);
    expect(clicks.length - humanClicks().length).toBe(truth.email.scanner_clicks);
    expect(truth.email.human_clicks).toBe(humanClicks().length);
    expect(truth.email.scanner_clicks).toBeGreaterThan(100);
    expect(instant.length).toBeGreaterThanOrEqual(truth.email.scanner_clicks);
  });

  it('reports each fate once, and nothing is sent to those who left', () => {
    const fates = events('email_events');
    for (const type of ['sent', 'delivered', 'bounced', 'complained', 'unsubscribed'] as const) {
      expect(fates.filter((event) => event.event_type === type).length).toBe(truth.email[type]);
    }
    const left = new Map<string, number>();
    for (const event of fates) {
      if (event.event_type === 'unsubscribed') left.set(event.customer_id!, at(event));
    }
    expect(left.size).toBeGreaterThan(0);
    for (const event of fates) {
      if (event.event_type !== 'sent') continue;
      expect(at(event)).toBeLessThanOrEqual(left.get(event.customer_id!) ?? Number.POSITIVE_INFINITY);
    }
    expect(truth.email.campaigns).toBeGreaterThanOrEqual(8);
    expect(truth.email.campaigns).toBeLessThanOrEqual(12);
  });
});

it('has a rate for every day that an order can fall on', () => {
  const dates = events('fx_rates').map((rate) => Date.parse(rate.date!) / MS_PER_DAY);
  expect(dates.every((day, i) => i === 0 || day === dates[i - 1]! + 1)).toBe(true);
  expect(dates[0]).toBeLessThanOrEqual((end_ms - options.days * MS_PER_DAY) / MS_PER_DAY - 6);
  expect(dates.at(-1)).toBe(Math.floor(end_ms / MS_PER_DAY));
});

function machineOpens(): Event[] {
  return touches.filter((t) => t.user_agent === 'Mozilla/5.0');
}

/** The simulator's people click with a user gesture; its scanners know no such thing. */
function humanClicks(): Event[] {
  return touches.filter((t) => t.touchpoint_type === 'email_click' && 'sec_fetch_user' in t.evidence!);
}

function cents(amount: string): number {
  return Math.round(Number(amount) * 100);
}
