import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlatRecord } from '../../src/domain/record.ts';
import { TOUCHPOINT_TYPES, TRAITS, VERDICTS } from '../../src/domain/touchpoint.ts';
import { BoundedCache } from '../../src/enrichment/bounded-cache.ts';
import { enrichTouchpoint, RULES_VERSION, reclassify } from '../../src/enrichment/enrich.ts';
import { campaignIdOf, labelOf } from '../../src/enrichment/labels.ts';
import { ENRICHMENT } from '../support/events.ts';
import { enrich, UA } from './options.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ maxLength: 80 }),
  fc.constantFrom(...Object.values(UA)),
  fc.constantFrom(
    'https://www.google.com/',
    '?utm_source=a&utm_medium=email&gclid=x',
    'https://x.example/?utm_%=%E0%A4%A&_kx=%',
    '__proto__',
  ),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.ipV4(),
  fc.ipV6(),
);
const json = fc.oneof(text, fc.json({ maxDepth: 3 }), fc.constant('{"machine":true,"constructor":1,"__proto__":2}'));
const optional = { requiredKeys: [] };
const record = fc
  .record(
    {
      channel: text,
      url: text,
      referrer: text,
      user_agent: text,
      ip_address: text,
      utm_source: text,
      utm_medium: text,
      utm_campaign: text,
      utm_content: text,
      utm_term: text,
      utm_id: text,
      device_type: text,
      browser: text,
      os: text,
      message_id: text,
      click_ids: json,
      evidence: json,
      geo_location: json,
      verdict: fc.constantFrom(...VERDICTS),
    },
    optional,
  )
  .chain((sent) =>
    fc
      .constantFrom(...TOUCHPOINT_TYPES)
      .map(
        (touchpoint_type) =>
          ({ ...sent, brand_id: 'default', occurred_at: 1_772_366_400_000, touchpoint_type }) as FlatRecord,
      ),
  );
const options = fc.record({
  strict_ga4: fc.boolean(),
  ip_storage: fc.constantFrom('truncated', 'full', 'none'),
  geo: fc.constantFrom(null, () => ({ country: 'DE', region: null, city: null })),
  own_domains: fc.array(text, { maxLength: 2 }),
});
/** Labels have one spelling, and none if they hold nothing that can be read, such as control characters only; other values stay as they are. */
const spelled = (field: string, sent: string): string | null => {
  if (field === 'utm_id') return campaignIdOf(sent);
  return field.startsWith('utm_') ? labelOf(sent) : sent;
};
const KEPT = [
  'channel',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_content',
  'utm_term',
  'utm_id',
  'device_type',
  'browser',
  'os',
  'click_ids',
  'geo_location',
  'verdict',
] as const;

describe('whatever is sent', () => {
  it('never fails, and fills every column with storable text', () => {
    fc.assert(
      fc.property(record, options, (input, chosen) => {
        const e = enrichTouchpoint(input, chosen);
        expect(e.channel.length).toBeGreaterThan(0);
        expect(VERDICTS).toContain(e.verdict);
        expect(Array.isArray(JSON.parse(e.verdict_reasons))).toBe(true);
        expect(e.rules_version).toBe(RULES_VERSION);
        expect(e.country === null || /^[A-Z]{2}$/.test(e.country)).toBe(true);
        for (const value of Object.values(e)) expect(value).not.toBeUndefined();
      }),
      { numRuns: 1500 },
    );
  });

  it('never replaces a value that the caller sent', () => {
    fc.assert(
      fc.property(record, options, (input, chosen) => {
        const e = enrichTouchpoint(input, chosen);
        for (const field of KEPT) {
          const sent = input[field];
          const value = typeof sent === 'string' && sent.trim() !== '' ? spelled(field, sent) : null;
          if (value !== null) expect(e[field]).toBe(value);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves the record as it was and answers the same twice', () => {
    fc.assert(
      fc.property(record, options, (input, chosen) => {
        const before = JSON.stringify(input);
        expect(enrichTouchpoint(input, chosen)).toEqual(enrichTouchpoint(input, chosen));
        expect(JSON.stringify(input)).toBe(before);
      }),
    );
  });

  it('has the same channel and verdict when it is judged again from what was stored', () => {
    fc.assert(
      fc.property(record, options, (input, chosen) => {
        const e = enrichTouchpoint(input, chosen);
        const { channel, channel_reason, verdict, verdict_reasons, rules_version, traits } = e;
        const again = reclassify({ ...input, ...e }, chosen);
        expect(again).toEqual({ channel, channel_reason, verdict, verdict_reasons, rules_version, traits });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('judging again', () => {
  const stored = {
    touchpoint_type: 'website_visit',
    url: 'https://shop.example/?utm_medium=email&utm_source=n',
    user_agent: UA.googlebot,
  };

  it('replaces the channel and verdict of older rules', () => {
    const old = {
      ...stored,
      channel: 'organic_shopping',
      channel_reason: 'utm_campaign:shop',
      verdict: 'human',
      verdict_reasons: '[]',
    };
    expect(reclassify(old, ENRICHMENT)).toEqual({
      channel: 'email',
      channel_reason: 'utm_medium:email',
      verdict: 'bot',
      verdict_reasons: '["isbot_ua"]',
      rules_version: RULES_VERSION,
      traits: TRAITS.machine | TRAITS.email,
    });
  });

  it('keeps what the caller had set', () => {
    const sent = { ...stored, channel: 'mine', channel_reason: 'sent', verdict: 'human', verdict_reasons: '["sent"]' };
    expect(reclassify(sent, ENRICHMENT)).toMatchObject({
      channel: 'mine',
      channel_reason: 'sent',
      verdict: 'human',
      verdict_reasons: '["sent"]',
    });
  });
});

it('fills the columns of an example and keeps every value that the caller sent', () => {
  const e = enrich({
    touchpoint_type: 'email_open',
    channel: 'email',
    utm_source: 'newsletter',
    utm_medium: 'email',
    utm_campaign: 'summer_sale',
    device_type: 'desktop',
    browser: 'chrome',
  });
  expect(e).toMatchObject({
    channel: 'email',
    channel_reason: 'sent',
    utm_campaign: 'summer_sale',
    browser: 'chrome',
    verdict: 'unknown',
  });
});

it('remembers a bounded number of user agents, and forgets the one that was unused the longest', () => {
  const cache = new BoundedCache<number>(10);
  for (let i = 0; i < 1000; i += 1) {
    cache.set(`k${i}`, i);
    cache.get('k0');
  }
  expect(cache.get('k0')).toBe(0);
  expect(cache.get('k999')).toBe(999);
  expect(cache.get('k500')).toBeUndefined();
});
