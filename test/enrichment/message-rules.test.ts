/** Each rule over several events of a message, and what holds for any events. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { settle } from '../../src/enrichment/enrich.ts';
import { machineRules } from '../../src/enrichment/machine-rules.ts';
import { type Delivery, type Landing, type MessageEvent, messageFacts } from '../../src/enrichment/message-rules.ts';
import { ENRICHMENT } from '../support/events.ts';
import { UA } from './options.ts';

const DELIVERED_MS = Date.parse('2026-03-05T09:00:00Z');
const at = (seconds: number): number => DELIVERED_MS + seconds * 1_000;
const DELIVERED: Delivery[] = [{ event_type: 'delivered', at_ms: at(0) }];

let ids = 0;
const click = (seconds: number, link: number | null, rest: Partial<MessageEvent> = {}): MessageEvent => ({
  touchpoint_id: `t${++ids}`,
  touchpoint_type: 'email_click',
  at_ms: at(seconds),
  url: link === null ? null : `https://shop.example/${link}`,
  user_agent: UA.iphone,
  ip_address: '203.0.113.0',
  click_id: null,
  evidence: {},
  ...rest,
});

/** The verdict and the reasons that the message gives, in order of the events. */
function judged(
  events: MessageEvent[],
  deliveries: Delivery[] = [],
  landings: Landing[] = [],
  options = ENRICHMENT,
): string[] {
  const facts = messageFacts(events, deliveries, landings);
  return events.map((event) => {
    const { touchpoint_type, user_agent, evidence, at_ms, touchpoint_id } = event;
    const stored = { touchpoint_type, user_agent, evidence: JSON.stringify(evidence), occurred_at: at_ms };
    const { verdict, verdict_reasons } = settle(stored, facts.get(touchpoint_id)!, options);
    const reasons = (JSON.parse(verdict_reasons) as string[]).filter((reason) => reason !== 'browser_ua');
    return [verdict, ...reasons].join(' ');
  });
}

describe('a burst', () => {
  it('is three links within ten seconds', () => {
    const many = { evidence: { links: 20 } };
    const three = [click(100, 1, many), click(105, 2, many), click(110, 3, many)];
    expect(judged(three)).toEqual(Array(3).fill('suspect multi_link_burst'));
    expect(judged([click(100, 1, many), click(105, 2, many), click(110.1, 3, many)])).toEqual(Array(3).fill('human'));
  });
  it('needs different links', () => {
    expect(judged([click(100, 1), click(101, 1), click(102, 2)])).toEqual(['human', 'human', 'human']);
    expect(judged([click(100, null), click(101, null), click(102, null)])).toEqual(['human', 'human', 'human']);
  });
  it('leaves out the click of a reader who comes later', () => {
    const numbers = [1, 2, 3, 4].map((link) => click(link, null, { evidence: { link, links: 20 } }));
    expect(judged([...numbers, click(600, null, { evidence: { link: 1, links: 20 } })]).at(-1)).toBe('human');
  });
});

describe('all links', () => {
  it('are four of five within a minute', () => {
    const five = (seconds: number, link: number) => click(seconds, link, { evidence: { link, links: 5 } });
    expect(judged([five(0, 1), five(19, 2), five(38, 3), five(57, 4)])).toEqual(
      Array(4).fill('suspect all_links_clicked'),
    );
    expect(judged([five(0, 1), five(19, 2), five(38, 3), five(61, 4)])).toEqual(Array(4).fill('human'));
    expect(judged([five(0, 1), five(19, 2), five(38, 3)])).toEqual(Array(3).fill('human'));
  });
  it('are counted by the links that were seen where no event says how many there are', () => {
    expect(judged([click(0, 1), click(20, 2), click(40, 3)])).toEqual(Array(3).fill('suspect all_links_clicked'));
    expect(judged([click(0, 1), click(20, 2), click(40, 3), click(9_000, 4)])[0]).toBe('human');
    expect(judged([click(0, 1), click(20, 2)])).toEqual(['human', 'human']);
  });
  it('do not count a link that readers do not see', () => {
    const hidden = click(30, 9, { evidence: { honeypot: true } });
    expect(judged([click(0, 1), click(15, 2), hidden])).toEqual(['human', 'human', 'bot honeypot_link']);
  });
});

describe('a honeypot', () => {
  it('makes bots of the clicks ten seconds before and after it', () => {
    const hidden = click(100, 9, { evidence: { honeypot: true } });
    expect(judged([click(89, 1), click(90, 1), hidden, click(110, 1), click(111, 1)])).toEqual([
      'human',
      'bot honeypot_same_burst',
      'bot honeypot_link',
      'bot honeypot_same_burst',
      'human',
    ]);
  });
});

describe('the delivery', () => {
  const opened = (seconds: number) => click(seconds, null, { touchpoint_type: 'email_open' });
  it('tells instant and fast events', () => {
    expect(judged([opened(1), opened(5), opened(30)], DELIVERED)).toEqual([
      'machine instant_after_delivery',
      'human fast_after_delivery',
      'human',
    ]);
    expect(judged([click(1, 1), click(5, 1), click(30, 1)], DELIVERED)).toEqual([
      'suspect instant_after_delivery',
      'human fast_after_delivery',
      'human',
    ]);
  });
  it('is the moment of sending where nobody tells the delivery', () => {
    const sent: Delivery = { event_type: 'sent', at_ms: at(-5) };
    expect(judged([opened(-4)], [sent])).toEqual(['machine instant_after_delivery']);
    expect(judged([opened(-4)], [sent, { event_type: 'delivered', at_ms: at(-100) }])).toEqual(['human']);
  });
  it('is that of the event itself where the event has one', () => {
    const evidence = { delivered_at: new Date(at(-600)).toISOString() };
    expect(judged([click(1, 1, { evidence })], DELIVERED)).toEqual(['human']);
  });
  it('is the latest of an email that is sent again and again', () => {
    const weekly = [-604_800, 0].map((seconds): Delivery => ({ event_type: 'delivered', at_ms: at(seconds) }));
    expect(judged([opened(1), opened(-604_000)], weekly)).toEqual(['machine instant_after_delivery', 'human']);
  });
});

describe('two clients', () => {
  it('at one link within a minute are told, and alone make no machine', () => {
    const other = { user_agent: UA.chrome };
    expect(judged([click(0, 1), click(30, 1, other)])).toEqual(Array(2).fill('human same_link_two_clients'));
    expect(judged([click(0, 1), click(61, 1, other)])).toEqual(['human', 'human']);
    expect(judged([click(0, 1), click(30, 2, other)])).toEqual(['human', 'human']);
  });
});

describe('a page that opens with the click id', () => {
  const evidence = { links: 20 };
  const burst = [1, 2, 3].map((link) => click(100 + link, link, { click_id: `c${link}`, evidence }));
  it('confirms its click, and no other', () => {
    expect(judged(burst, [], [{ click_id: 'c2', at_ms: at(104) }])).toEqual([
      'suspect multi_link_burst',
      'human multi_link_burst js_pageview_confirmed',
      'suspect multi_link_burst',
    ]);
  });
  it('confirms the latest click before it where several have its id', () => {
    const shared = [click(1, 1, { click_id: 'c' }), click(600, 1, { click_id: 'c' })];
    expect(judged(shared, DELIVERED, [{ click_id: 'c', at_ms: at(602) }])).toEqual([
      'suspect instant_after_delivery',
      'human js_pageview_confirmed',
    ]);
  });
  it('confirms nothing half an hour later, or before the click', () => {
    expect(judged([burst[0]!], [], [{ click_id: 'c1', at_ms: at(101 + 1_801) }])).toEqual(['human']);
    expect(judged([burst[0]!], [], [{ click_id: 'c1', at_ms: at(90) }])).toEqual(['human']);
  });
});

it('uses the weights and thresholds of the configuration', () => {
  const strict = { ...ENRICHMENT, machine_rules: machineRules({ weights: { same_link_two_clients: 70 }, bot: 70 }) };
  expect(judged([click(0, 1), click(3, 1, { user_agent: UA.chrome })], [], [], strict)).toEqual(
    Array(2).fill('bot same_link_two_clients'),
  );
});

/** Any message of a few clicks and opens in two minutes, with deliveries and pages. */
const messages = fc.record({
  events: fc.array(
    fc.record({
      seconds: fc.integer({ min: -5, max: 120 }),
      link: fc.option(fc.integer({ min: 1, max: 5 })),
      is_open: fc.boolean(),
      user_agent: fc.constantFrom(UA.iphone, UA.chrome, null),
      evidence: fc.constantFrom({}, { links: 5 }, { honeypot: true }, { sec_fetch_user: '?1' }, { method: 'GET' }),
      click_id: fc.constantFrom(null, 'a', 'b'),
    }),
    { maxLength: 12 },
  ),
  deliveries: fc.array(
    fc.record({ event_type: fc.constantFrom('sent', 'delivered'), at_ms: fc.integer({ min: -20, max: 20 }).map(at) }),
    { maxLength: 3 },
  ),
  landings: fc.array(fc.record({ click_id: fc.constantFrom('a', 'b'), at_ms: fc.integer({ max: 200 }).map(at) }), {
    maxLength: 4,
  }),
});
type Message = typeof messages extends fc.Arbitrary<infer T> ? T : never;

const eventsOf = ({ events }: Message): MessageEvent[] =>
  events.map(({ seconds, link, is_open, ...rest }, i) =>
    click(seconds, link, { ...rest, touchpoint_id: `e${i}`, ...(is_open ? { touchpoint_type: 'email_open' } : {}) }),
  );
const asked = (message: Message): Parameters<typeof judged> => [
  eventsOf(message),
  message.deliveries as Delivery[],
  message.landings,
];

describe('for any message', () => {
  test('the order in which events are given does not matter', () => {
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.nat()), (message, keys) => {
        const [events, deliveries, landings] = asked(message);
        const before = judged(events, deliveries, landings);
        const order = events.map((_, i) => ({ i, key: keys.next().value as number })).sort((a, b) => a.key - b.key);
        const shuffled = order.map(({ i }) => events[i]!);
        const found = judged(shuffled, deliveries!.toReversed(), landings!.toReversed());
        expect(order.map(({ i }) => before[i])).toEqual(found);
      }),
    );
  });

  test('a page that confirms a click never makes a machine of a person', () => {
    const worse = ['human', 'unknown', 'suspect', 'bot'];
    fc.assert(
      fc.property(messages, (message) => {
        const [events, deliveries, landings] = asked(message);
        const rank = (verdicts: string[]): number[] => verdicts.map((text) => worse.indexOf(text.split(' ')[0]!));
        const clicks = events.map(({ touchpoint_type }) => touchpoint_type === 'email_click');
        const [alone, confirmed] = [rank(judged(events, deliveries)), rank(judged(events, deliveries, landings))];
        confirmed.forEach((severity, i) => {
          if (clicks[i]) expect(severity).toBeLessThanOrEqual(alone[i]!);
        });
      }),
    );
  });

  test('more than a day away from it, other events say nothing about an event', () => {
    fc.assert(
      fc.property(messages, messages, (near, far) => {
        const [events, deliveries, landings] = asked(near);
        const shift_ms = 3 * 86_400_000;
        const later = eventsOf(far).map((event) => ({
          ...event,
          touchpoint_id: `far-${event.touchpoint_id}`,
          at_ms: event.at_ms + shift_ms,
        }));
        const all = judged(
          [...events, ...later],
          [...deliveries!, ...(far.deliveries as Delivery[]).map((d) => ({ ...d, at_ms: d.at_ms + shift_ms }))],
          [...landings!, ...far.landings.map((l) => ({ ...l, at_ms: l.at_ms + shift_ms }))],
        );
        expect(all.slice(0, events.length)).toEqual(judged(events, deliveries, landings));
      }),
    );
  });
});
