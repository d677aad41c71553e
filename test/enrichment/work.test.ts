/** No text makes enrichment or cleaning slow: four times the text takes about four times the time, and never much of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enrichTouchpoint } from '../../src/enrichment/enrich.ts';
import { categoryOfHost } from '../../src/enrichment/hosts.ts';
import { decodeParameter } from '../../src/enrichment/percent.ts';
import { withoutPersonalIds, withoutPrivate } from '../../src/enrichment/private.ts';
import { forEachParameter, hostOf } from '../../src/enrichment/url.ts';

const OPTIONS = { strict_ga4: false, ip_storage: 'truncated', geo: null } as const;
const PRIVATE = { url: 'url', referrer: 'url', click_ids: 'click_ids' } as const;

/** Texts of about n characters that are hard for some reader. */
const HARD: Record<string, (n: number) => string> = {
  'many labels': (n) => `https://${'a.'.repeat(n / 2)}com/`,
  'many labels without a scheme': (n) => `${'a.'.repeat(n / 2)}com`,
  'international labels': (n) => `https://${'é.'.repeat(n / 2)}com/`,
  'one long label': (n) => `https://${'ü'.repeat(n)}.com/`,
  'dashes in a host': (n) => `https://${'a-'.repeat(n / 2)}/`,
  'a long account': (n) => `https://${'u:'.repeat(n / 2)}@google.com/`,
  'an app': (n) => `android-app://${'a.'.repeat(n / 2)}`,
  'malformed escapes': (n) => `https://a.example/?${'%6=%6&'.repeat(n / 6)}`,
  'bytes that are not UTF-8': (n) => `https://a.example/?${'%ff=%c3&'.repeat(n / 8)}`,
  'half an escape': (n) => `https://a.example/?a=${'%'.repeat(n)}`,
  'empty parameters': (n) => `https://a.example/?${'&'.repeat(n)}=`,
  'equals signs': (n) => `https://a.example/?${'='.repeat(n)}`,
  'personal ids': (n) => `https://a.example/?${'_kx=1&'.repeat(n / 6)}`,
  'nested encoding': (n) => `https://a.example/?u=${'%25'.repeat(n / 3)}3dmc_eid%3d1`,
  'nested ids': (n) => `https://a.example/?u=${'%26mc_eid%3Dx'.repeat(n / 13)}`,
  'utm names': (n) => `https://a.example/?${'utm_source=%20&'.repeat(n / 15)}`,
  'click ids': (n) => `https://a.example/?${'gclid=&hsa_x=1&'.repeat(n / 15)}`,
  semicolons: (n) => `https://a.example/?${';=%3d'.repeat(n / 5)}`,
  'blanks in a user agent': (n) => `Mozilla/5.0 (${' '.repeat(n)}`,
  'brackets in a user agent': (n) => `Mozilla/5.0 ${'(;/'.repeat(n / 3)}`,
};

function work(text: string, salt: number): void {
  const record = {
    touchpoint_type: 'website_visit',
    url: text,
    referrer: `${text}${salt}`,
    user_agent: `${salt}${text}`,
    utm_source: text,
    utm_medium: text,
    utm_campaign: text,
    ip_address: text,
    click_ids: JSON.stringify({ a: text, mc_eid: text }),
  };
  enrichTouchpoint(withoutPrivate(record, PRIVATE, OPTIONS), OPTIONS);
}

/** The least CPU time of several runs, in microseconds. */
function cost(text: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 7; run++) {
    const before = process.cpuUsage();
    for (let i = 0; i < 5; i++) work(text, run * 5 + i);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 5);
  }
  return least;
}

describe('the work for', () => {
  test.each(Object.keys(HARD))('%s grows with the text, no faster', (what) => {
    const make = HARD[what]!;
    cost(make(1_000));
    const [short, long] = [cost(make(4_000)), cost(make(16_000))];
    // The factor is generous: quadratic work would take 16 times as long.
    expect(long).toBeLessThan(9 * short + 3_000);
  });
});

test('a host is at most 253 characters long, with or without a scheme, account and port', () => {
  const longest = `${'a.'.repeat(124)}co.uk`;
  expect(longest).toHaveLength(253);
  for (const url of [`https://${longest}/x`, longest, `http://me:secret@${longest}:8080?q`])
    expect(hostOf(url)).toBe(longest);
  for (const url of [
    `https://b${longest}/x`,
    `b${longest}`,
    `android-app://${'a'.repeat(300)}`,
    `https://${'é.'.repeat(120)}com`,
  ])
    expect(hostOf(url)).toBeNull();
  expect(hostOf('https://user:pass@WWW.Google.com:443/search')).toBe('www.google.com');
  expect(hostOf('https://bücher.example/x')).toBe('xn--bcher-kva.example');
  expect(categoryOfHost(`${'a.'.repeat(100)}shopping.yahoo.co.jp`)).toBe('shopping');
  expect(categoryOfHost(`${'a.'.repeat(100)}google.co.uk`)).toBe('search');
  expect(categoryOfHost(`${'a.'.repeat(200)}google.com`)).toBeNull();
});

test('the first hundred parameters are read, and personal ids are found in all', () => {
  const names: string[] = [];
  const url = `https://a.example/?${Array.from({ length: 150 }, (_, i) => `p${i}=1`).join('&')}&utm_source=x&mc_eid=SECRET`;
  forEachParameter(url, (name) => names.push(name));
  expect(names).toEqual(Array.from({ length: 100 }, (_, i) => `p${i}`));
  expect(withoutPersonalIds(url)).not.toContain('SECRET');
});

test('after a hundred personal ids in a text the next are removed, and cleaning again changes nothing', () => {
  const clean = withoutPersonalIds(`?${Array.from({ length: 130 }, (_, i) => `_kx=SECRET${i}`).join('&')}`);
  expect(clean).not.toContain('SECRET');
  expect([clean.split('sha256:').length, clean.split('=removed').length]).toEqual([101, 31]);
  expect(withoutPersonalIds(clean)).toBe(clean);
});

test('half of a surrogate pair in a nested id does not stop the cleaning', () => {
  expect(withoutPersonalIds('u=%26mc_eid%3DSECRET\ud800')).not.toContain('SECRET');
});

test('decoding is that of the URL standard, for every text', () => {
  const piece = fc.constantFrom(
    '%',
    '%2',
    '%C3',
    '%a9',
    '%e2%82%ac',
    '%f0%9f',
    '%41',
    '+',
    'é',
    'x',
    '%zz',
    '%EF%BB%BF',
    '%00',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece).map((parts) => parts.join('')),
        fc.webQueryParameters(),
      ),
      (raw) => {
        fc.pre(!/[&#]/.test(raw));
        expect(decodeParameter(raw)).toBe(new URLSearchParams(`v=${raw.replaceAll('é', '%C3%A9')}`).get('v'));
      },
    ),
    { numRuns: 2_000 },
  );
});
