/** What is not kept as it was sent: addresses and ids of one subscriber, in every field and spelling. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { conversions } from '../../src/domain/conversion.ts';
import type { FlatRecord } from '../../src/domain/record.ts';
import { touchpoints } from '../../src/domain/touchpoint.ts';
import type { IpStorage } from '../../src/enrichment/ip.ts';
import {
  ADDRESS_PLACE,
  type PrivacyOptions,
  withoutPersonalIds,
  withoutPrivate,
} from '../../src/enrichment/private.ts';
import { PRIVACY } from '../support/events.ts';

const clean = (record: FlatRecord, options: Partial<PrivacyOptions> = {}): FlatRecord =>
  withoutPrivate(record, touchpoints.private!, { ...PRIVACY, ...options });
const addressOf = (ip_address: string, ip_storage: IpStorage) => clean({ ip_address }, { ip_storage })['ip_address'];

const HASH = /sha256:[0-9a-f]{16}/;

describe('an address', () => {
  test.each([
    ['IPv4', '203.0.113.77', '203.0.113.0'],
    ['with a port', '203.0.113.77:443', '203.0.113.0'],
    ['with white space', ' 203.0.113.77 ', '203.0.113.0'],
    ['IPv4 mapped into IPv6', '::ffff:203.0.113.77', '203.0.113.0'],
    ['the same in hexadecimal', '::FFFF:cb00:714d', '203.0.113.0'],
    ['IPv4-compatible', '::203.0.113.77', '203.0.113.0'],
    ['the same in hexadecimal', '::cb00:714d', '::'],
    ['IPv4-translated', '::ffff:0:203.0.113.77', '::'],
    ['6to4, which holds the IPv4 address in its first 48 bits', '2002:cb00:714d:1::1', '2002:cb00:7100::'],
    ['6to4 of the whole site', '2002:cb00:714d::', '2002:cb00:7100::'],
    ['Teredo, which holds it in its last 32 bits', '2001:0:4136:e378:8000:63bf:34ff:8eb2', '2001:0:4136::'],
    ['NAT64 with the well-known prefix', '64:ff9b::203.0.113.77', '64:ff9b::'],
    ['NAT64 with the local prefix', '64:ff9b:1:cb00:71:4d00::', '64:ff9b:1::'],
    ['ISATAP', '2001:db8:aaaa::5efe:203.0.113.77', '2001:db8:aaaa::'],
    ['IPv6 with a zone', 'fe80::1%eth0', 'fe80::'],
    ['IPv6', '2001:db8:aaaa:bbbb:cccc::1', '2001:db8:aaaa::'],
    ['a list of a proxy', '203.0.113.77, 10.0.0.1', '203.0.113.0'],
    ['a long list', '2001:db8:85a3:8d3:1319:8a2e:370:7348, 198.51.100.7', '2001:db8:85a3::'],
    ['IPv6 with a port', '[2001:db8:aaaa:bbbb::1]:443', '2001:db8:aaaa::'],
  ])('(%s) is cut when truncated', (_kind, sent, stored) => {
    expect(addressOf(sent, 'truncated')).toBe(stored);
    expect(addressOf(stored, 'truncated')).toBe(stored);
    expect(addressOf(sent, 'none')).toBeUndefined();
    expect(addressOf(sent, 'full')).toBe(sent);
  });

  it('that is none is not kept, unless whole addresses are', () => {
    for (const text of ['jane', '203.0.113.777', '2001:db8::1[', '2001:db8::1::2']) {
      expect(clean({ ip_address: text }, { ip_storage: 'truncated' })).toEqual({});
      expect(clean({ ip_address: text }, { ip_storage: 'none' })).toEqual({});
    }
  });

  it('is located before it is cut, once, and only where no place was sent', () => {
    const asked: string[] = [];
    const geo = (ip: string) => {
      asked.push(ip);
      return { country: 'GB', region: null, city: 'London' };
    };
    const place = '{"city":"London","country":"GB"}';
    const none = clean({ ip_address: '::ffff:81.2.69.142' }, { geo, ip_storage: 'none' });
    expect(none).toEqual({ [ADDRESS_PLACE]: place });
    const cut = clean({ ip_address: '81.2.69.142' }, { geo });
    expect(cut).toEqual({ ip_address: '81.2.69.0', [ADDRESS_PLACE]: place });
    expect(clean(cut, { geo })).toBe(cut);
    expect(clean({ ip_address: 'jane' }, { geo })).toEqual({});
    expect(clean({ ip_address: '81.2.69.0', geo_location: '{"country":"FR"}' }, { geo })).not.toHaveProperty(
      ADDRESS_PLACE,
    );
    expect(asked).toEqual(['81.2.69.142', '81.2.69.142']);
  });
});

describe('an id of one subscriber', () => {
  test.each([
    ['in the query', 'https://x.example/?a=1&mc_eid=SECRET&b=2'],
    ['in any case', 'https://x.example/?MC_EID=SECRET'],
    ['in a name that is encoded', 'https://x.example/?mc%5Feid=SECRET&%6Dc_eid=SECRET'],
    ['after &amp;', 'https://x.example/?a=1&amp;_kx=SECRET'],
    ['after a semicolon', 'https://x.example/?a=1;_kx=SECRET'],
    ['in the fragment', 'https://x.example/?a=1#mc_eid=SECRET'],
    ['in the query of a fragment', 'https://x.example/#/cart?vero_id=SECRET&b=2'],
    ['in a URL without its scheme', 'x.example/?vero_id=SECRET'],
    ['in a nested URL', 'https://x.example/?to=https://y.example/?mc_eid=SECRET'],
    ['in a nested URL that is encoded', 'https://x.example/?to=https%3A%2F%2Fy.example%2F%3Fmc_eid%3DSECRET%26b%3D1'],
    ['encoded twice', 'https://x.example/?to=https%253A%252F%252Fy.example%252F%253Fmc_eid%253DSECRET'],
    ['in a path', 'https://x.example/url/https%3A%2F%2Fy.example%2F%3Fmc_eid%3DSECRET/more'],
    ['in a label', 'mc_eid=SECRET'],
    ['after a space', 'https://x.example/?a=b mc_eid=SECRET'],
    ['after an encoded space', 'https://x.example/?a=b+mc_eid=SECRET&c=d%20mc_eid%3DSECRET'],
    ['with signs of its own', 'https://x.example/?mkt_tok=SECRET/SECRET?SECRET=SECRET;SECRET&b=2'],
    ['many times', 'https://x.example/?mc_eid=SECRET&_kx=SECRET&__s=SECRET&dm_i=SECRET&sfmc_sub=SECRET'],
    ['encoded deeper than anyone looks', `https://x.example/?to=${encoded('mc_eid=SECRET', 9)}`],
  ])('(%s) is hashed', (_where, text) => {
    const once = withoutPersonalIds(text);
    expect(once).not.toMatch(/SECRET/i);
    expect(decodedOften(once)).toMatch(HASH);
    expect(withoutPersonalIds(once)).toBe(once);
    expect(once.startsWith(text.slice(0, 'mc_eid='.length))).toBe(true);
  });

  test.each([
    'https://x.example/?a=b',
    'https://x.example/?mc_eid=',
    'https://x.example/?gclid=Abc&hsa_cam=1&mc_cid=campaign',
    'https://x.example/a%20b?q=50%25&c=%3D%3D&utm_campaign=spring%3Dsale',
    'https://x.example/?mc_eidx=1&xmc_eid=2&a_long_name_that_ends_in_mc_eid=3',
    'https://x.example/?broken=%E0%A4%A&also=%3D%',
    'no url at all; a = b',
    '',
  ])('is not found where none is: %s', (text) => {
    expect(withoutPersonalIds(text)).toBe(text);
  });

  it('is hashed in every field that can hold one, and elsewhere nothing is touched', () => {
    const url = 'https://x.example/?mc_eid=SECRET';
    const record = {
      touchpoint_id: 'mc_eid=stays',
      url,
      referrer: url,
      utm_content: 'mc_eid=SECRET',
      click_ids: '{"MC_EID":"SECRET","gclid":"kept","nested":{"vero_id":["SECRET"]},"page":"/?_kx=SECRET"}',
      custom_attributes: '{"mc_eid":"of the sender"}',
    };
    const cleaned = clean(record);
    expect(JSON.stringify(cleaned)).not.toMatch(/SECRET/);
    expect(cleaned).toMatchObject({ touchpoint_id: 'mc_eid=stays', custom_attributes: record.custom_attributes });
    expect(JSON.parse(cleaned['click_ids'] as string)).toMatchObject({
      MC_EID: expect.stringMatching(HASH),
      gclid: 'kept',
    });
    expect(clean(cleaned)).toBe(cleaned);
    const page = withoutPrivate({ conversion_page: url }, conversions.private!, { ...PRIVACY, ip_storage: 'full' });
    expect(page['conversion_page']).toMatch(HASH);
  });

  it('has the same hash wherever it stands', () => {
    const [hash] = HASH.exec(withoutPersonalIds('https://x.example/?mc_eid=a%2Bb'))!;
    expect(withoutPersonalIds('https://x.example/#mc_eid=a%2Bb')).toContain(hash);
    expect(clean({ click_ids: '{"mc_eid":"a+b"}' })['click_ids']).toContain(hash);
  });

  it('never makes cleaning fail or go on for ever, and cleaning twice changes nothing more', () => {
    const piece = fc.constantFrom(
      'mc_eid',
      '_kx',
      '=',
      '&',
      '?',
      '#',
      '/',
      ';',
      '%',
      '%3D',
      '%253D',
      '%26',
      'a',
      '+',
      'é',
      '%E0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const once = withoutPersonalIds(pieces.join(''));
        expect(withoutPersonalIds(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
    const started = performance.now();
    for (const part of ['mc_eid', 'mc_eid=', '%3D', '%25', '&', 'mc_eid%3D', '%253Dmc_eid'])
      withoutPersonalIds(part.repeat(4_000 / part.length));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

function encoded(text: string, times: number): string {
  return times === 0 ? text : encoded(encodeURIComponent(text), times - 1);
}

function decodedOften(text: string): string {
  for (let i = 0; i < 9; i++) {
    try {
      text = decodeURIComponent(text);
    } catch {
      return text;
    }
  }
  return text;
}
