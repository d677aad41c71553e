import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type GeoLookup, openGeo, placeOf } from '../../src/enrichment/geo.ts';
import { temporaryFolder } from '../support/folder.ts';
import { writeMmdb } from './mmdb-writer.ts';
import { enrich, UA } from './options.ts';

const folder = temporaryFolder();
let geo: GeoLookup;

beforeAll(async () => {
  const path = join(folder, 'test.mmdb');
  await writeFile(
    path,
    writeMmdb({
      '81.2.69.0/24': {
        country: { iso_code: 'GB' },
        subdivisions: [{ iso_code: 'ENG' }],
        city: { names: { en: 'London' } },
      },
      '89.160.20.0/24': { country_code: 'SE' },
      '93.184.216.0/24': { country_code: 'US', state1: 'California', city: 'Los Angeles' },
      '198.51.100.0/24': { autonomous_system_number: 64500 },
      '2001:db8::/32': { country_code: 'de' },
    }),
  );
  geo = await openGeo(path);
});

describe('a place from an address', () => {
  it('is read from the three shapes that databases have', () => {
    expect(geo('81.2.69.142')).toEqual({ country: 'GB', region: 'ENG', city: 'London' });
    expect(geo('89.160.20.112')).toEqual({ country: 'SE', region: null, city: null });
    expect(geo('93.184.216.34')).toEqual({ country: 'US', region: 'California', city: 'Los Angeles' });
    expect(geo('2001:db8::1')).toEqual({ country: 'DE', region: null, city: null });
  });

  it('is found for an IPv4 address that is written as IPv6', () => {
    expect(geo('::ffff:81.2.69.142')?.country).toBe('GB');
    expect(geo('::FFFF:5102:458e')?.country).toBe('GB');
  });

  it('is null when it is not known, and never invented', () => {
    for (const ip of ['8.8.8.8', '10.0.0.1', '198.51.100.1', 'nonsense', '', '999.1.1.1', '1.2.3', '::1', '2001::zz']) {
      expect(geo(ip), ip).toBeNull();
    }
    expect(placeOf(null)).toBeNull();
    expect(placeOf({ country: 'Germany' })).toBeNull();
    expect(placeOf({ country_code: 'XX' })).toBeNull();
    expect(enrich({ ip_address: '81.2.69.142' }).geo_location).toBeNull();
  });

  it('refuses a file that is not a database', async () => {
    await writeFile(join(folder, 'bad.mmdb'), 'nonsense');
    await expect(openGeo(join(folder, 'bad.mmdb'))).rejects.toThrow();
    await expect(openGeo(join(folder, 'missing.mmdb'))).rejects.toThrow();
  });

  it('answers null for IPv6 addresses when the database only has IPv4', async () => {
    const path = join(folder, 'v4.mmdb');
    await writeFile(path, writeMmdb({ '81.2.69.0/24': { country_code: 'GB' } }, 4));
    const lookup = await openGeo(path);
    expect(lookup('81.2.69.1')?.country).toBe('GB');
    expect(lookup('2001:db8::1')).toBeNull();
  });
});

describe('the place of a touchpoint', () => {
  it('comes from its address, with the country as a column of its own', () => {
    const e = enrich({ ip_address: '81.2.69.142', user_agent: UA.chrome }, { geo });
    expect(e.geo_location).toBe('{"city":"London","country":"GB","region":"ENG"}');
    expect(e.country).toBe('GB');
    expect(enrich({ ip_address: '89.160.20.1' }, { geo }).geo_location).toBe('{"country":"SE"}');
  });

  it('is kept as the caller sent it', () => {
    const sent = '{"city":"Paris","country":"fr"}';
    const e = enrich({ ip_address: '81.2.69.142', geo_location: sent }, { geo });
    expect(e.geo_location).toBe(sent);
    expect(e.country).toBe('FR');
    expect(enrich({ ip_address: '81.2.69.142', geo_location: '{"city":"Oz"}' }, { geo }).country).toBeNull();
  });

  it('is not looked up for proxies, machines and bots, whose address is not the reader', () => {
    for (const user_agent of [UA.gmail_proxy, UA.mpp, UA.barracuda]) {
      const e = enrich({ touchpoint_type: 'email_open', ip_address: '81.2.69.142', user_agent }, { geo });
      expect([e.geo_location, e.country]).toEqual([null, null]);
    }
    const sent = enrich(
      { touchpoint_type: 'email_open', ip_address: '81.2.69.142', user_agent: UA.gmail_proxy, verdict: 'human' },
      { geo },
    );
    expect(sent.geo_location).toBeNull();
  });
});

describe('the stored address', () => {
  const stored = (ip_address: string, ip_storage: 'truncated' | 'full' | 'none' = 'truncated') =>
    enrich({ ip_address }, { ip_storage }).ip_address;

  it('is cut to /24 and /48 unless configured otherwise', () => {
    expect(stored('81.2.69.142')).toBe('81.2.69.0');
    expect(stored('::ffff:81.2.69.142')).toBe('81.2.69.0');
    expect(stored('2001:db8:aaaa:bbbb:cccc::1')).toBe('2001:db8:aaaa::');
    expect(stored('81.2.69.0')).toBe('81.2.69.0');
    expect(stored('2001:db8:aaaa::')).toBe('2001:db8:aaaa::');
    expect(stored(' 81.2.69.142:443 ')).toBe('81.2.69.0');
  });

  it('is whole or absent on request, and null when it is no address', () => {
    expect(stored('81.2.69.142', 'full')).toBe('81.2.69.142');
    expect(stored('2001:DB8::1', 'full')).toBe('2001:db8::1');
    expect(stored('81.2.69.142', 'none')).toBeNull();
    for (const text of ['nonsense', '1', '256.1.1.1', '1.2.3.4.5', 'a@b.example', ':::'])
      expect(stored(text, 'full'), text).toBeNull();
  });

  it('is located before it is cut', () => {
    const exact: GeoLookup = (ip) => (ip === '81.2.69.142' ? { country: 'GB', region: null, city: null } : null);
    expect(enrich({ ip_address: '::ffff:81.2.69.142' }, { geo: exact }).country).toBe('GB');
  });
});
