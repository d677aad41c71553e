/** The report on effects of sends on random logs with everything that it reads: the same to the byte on both engines. */
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { formatInstant, MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, type Fields, order, touch } from '../support/events.ts';
import type { Json } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { SEND_EFFECTS } from './sends-expected.ts';

const FIRST_MS = Date.parse(at(1, '00:00'));
const CAMPAIGNS = ['one', 'two', 'three', 'ordered', 'held'];
const PEOPLE = 160;

/** People with two ids in two brands, who get campaigns in bursts, leave, come back and bounce. */
function log(seed: number): WireEvent[] {
  const random = new Random(seed, 'sends on engines');
  const one = <T>(values: readonly T[]): T => values[random.integer(0, values.length - 1)]!;
  const when = (from: number, days: number): number =>
    FIRST_MS + from * MS_PER_DAY + random.integer(0, days * MS_PER_DAY);
  const brand = (i: number): string => (i % 4 === 0 ? 'other' : 'default');
  const who = (): Fields => {
    const i = random.integer(0, PEOPLE - 1);
    return { brand_id: brand(i), customer_id: `${random.chance(0.2) ? 'second' : 'person'}-${i}` };
  };
  const events: WireEvent[] = [];
  const add = (record: WireEvent['record'], event: Fields): void => void events.push({ record, event });
  const mail = (event_type: string, at_ms: number, rest: Fields): void =>
    add('email_events', { event_id: `e${events.length}`, event_type, occurred_at: formatInstant(at_ms), ...rest });
  const touched = (kind: string, at_ms: number, rest: Fields): void =>
    add('touchpoints', touch(`t${events.length}`, kind, formatInstant(at_ms), rest));
  for (let i = 0; i < PEOPLE; i += 3)
    add('identity_links', {
      ...{ brand_id: brand(i), left_id: `person-${i}`, right_id: `second-${i}`, kind: 'login' },
      occurred_at: formatInstant(when(0, 20)),
    });
  for (const [c, campaign_id] of CAMPAIGNS.entries())
    for (const email_id of random.chance(0.5) ? ['a', 'b'] : [null]) {
      const start_ms = when(2 + 3 * c, 8);
      for (let i = 0; i < 110; i++) {
        const person = { ...who(), campaign_id, ...(email_id === null ? {} : { email_id }) };
        // Some days later the same email goes out again, which is another blast.
        const at_ms = start_ms + random.integer(0, 30 * MS_PER_HOUR) + (i < 20 ? 6 * MS_PER_DAY : 0);
        if (c !== 1) mail('sent', at_ms, person);
        if (random.chance(0.12)) mail('bounced', at_ms + 5_000, { ...person, bounce_kind: one(['soft', 'hard']) });
        else mail('delivered', at_ms + 9_000, person);
        const verdict = random.chance(0.5) ? { verdict: 'machine' } : {};
        if (random.chance(0.4))
          touched(one(['email_open', 'email_click']), at_ms + random.integer(1, 4 * MS_PER_DAY), {
            ...person,
            ...verdict,
          });
        if (random.chance(0.1))
          mail(one(['unsubscribed', 'complained', 'resubscribed']), at_ms + random.integer(1, MS_PER_DAY), person);
      }
    }
  for (const [experiment_id, arms] of [
    ['ordered', ['wave_1', 'wave_2', 'wave_3']],
    ['held', ['holdout', 'sent']],
  ] as const) {
    add('experiments', {
      ...{ experiment_id, name: experiment_id, scope: 'campaign', campaign_id: experiment_id, planned_people: 100 },
      ...{
        arms: Object.fromEntries(arms.map((arm, i) => [arm, i === 0 ? 1 - 0.3 * (arms.length - 1) : 0.3])),
        control: arms.at(-1)!,
      },
      ...{ starts_at: at(1, '00:00'), ends_at: at(31, '00:00') },
    });
    for (let i = 0; i < 200; i++)
      add('assignments', {
        ...{ assignment_id: `${experiment_id}-${i}`, experiment_id, arm: one(arms) },
        ...{ ...who(), brand_id: 'default', occurred_at: formatInstant(when(0, 11)) },
      });
  }
  for (let i = 0; i < 1_400; i++)
    add(
      'conversions',
      order(`c${i}`, String(random.integer(1, 90)), formatInstant(when(0, 29)), { ...who(), order_id: `o${i}` }),
    );
  for (let i = 0; i < 80; i++)
    add('adjustments', {
      ...{ brand_id: 'default', order_id: `o${i}`, amount: '-1', currency: 'USD', reason: 'refund' },
      occurred_at: formatInstant(when(29, 1)),
    });
  return events;
}

const QUESTIONS: Json[] = [
  {},
  { window_hours: 60, list_days: 9 },
  { campaign_id: 'one' },
  { window_hours: 2, brand_id: 'default' },
];

test('the answer is the same to the byte on both engines, and however the rows came', async () => {
  for (const seed of [1, 2]) {
    const answers: string[] = [];
    for (const [engine, batch_size] of [
      ['duckdb', 700],
      ['duckdb', 111],
      ['clickhouse', 400],
    ] as const) {
      const opened = await Engine.open(engine, 1);
      const as_of = await opened.load(log(seed), batch_size);
      const asked: Json[] = [];
      for (const question of QUESTIONS)
        asked.push({
          ...(await SEND_EFFECTS.run(opened.reports, { ...MARCH, ...question, as_of }, ALL_BRANDS)),
          generated_at: '',
        });
      await opened.close();
      answers.push(JSON.stringify(asked));
    }
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).toBe(answers[0]);
    const [first] = JSON.parse(answers[0]!) as Json[];
    expect(first.blasts.length).toBeGreaterThan(8);
    expect(first.together).toHaveLength(2);
    expect(first.together.some(({ orders_difference }: Json) => orders_difference !== null)).toBe(true);
    expect(first.warnings.map(({ code }: Json) => code)).toContain('new_to_list');
  }
}, 120_000);
