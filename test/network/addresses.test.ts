/** Which addresses requests of the program may go to: those of the internet, in whatever form an address is written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../src/network/addresses.ts';
import { withoutSecrets } from '../../src/network/secrets.ts';
import { urlProblem } from '../../src/network/urls.ts';

/** Hosts of this machine and its networks, in the forms in which a URL may have them. */
const OWN_HOSTS = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '127.0.0.1.',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '0xa9fea9fe',
  '100.64.0.1',
  '[::1]',
  '[::]',
  '[fd00::1]',
  '[fe80::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:a9fe:a9fe]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  'localhost',
  'localhost.',
  'LOCALHOST',
  'shop.localhost',
];

/** Networks of IANA's registries that are not the internet, each with its first and last address. */
const NOT_PUBLIC = [
  ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.0'],
  ...['127.255.255.255', '169.254.0.0', '169.254.169.254', '172.16.0.0', '172.31.255.255', '192.0.0.8', '192.0.2.1'],
  ...['192.168.0.0', '192.168.255.255', '198.18.0.0', '198.19.255.255', '198.51.100.7', '203.0.113.7', '224.0.0.1'],
  ...['240.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'febf::1', 'fc00::1', 'fdff::1', 'fec0::1', 'ff02::1'],
  ...[
    '::ffff:10.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '::7f00:1',
    '::a00:1',
    '::ffff:0:7f00:1',
  ],
  ...['64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2002:a00:1::1', '2001::1', '2001:db8::1', '100::1'],
];
const PUBLIC = ['1.1.1.1', '8.8.8.8', '172.15.255.255', '172.32.0.0', '100.63.255.255', '2606:4700:4700::1111'];

test('of the internet are public, all others are not', () => {
  for (const address of PUBLIC) expect([address, isPublicAddress(address)]).toEqual([address, true]);
  for (const address of NOT_PUBLIC) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  for (const text of ['', 'localhost', 'shop.example', '1.1.1.1.1']) expect(isPublicAddress(text)).toBe(false);
});

test('of IPv4 are the same inside every form of IPv6 that holds one', () => {
  fc.assert(
    fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), ([a, b, c, d]) => {
      const own = `${a}.${b}.${c}.${d}`;
      const hex = [a * 256 + b, c * 256 + d].map((part) => part.toString(16)).join(':');
      expect(isPublicAddress(`::ffff:${own}`)).toBe(isPublicAddress(own));
      // These lead there by a translator or a tunnel, which may stand in this network.
      for (const form of [`::${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`]) expect(isPublicAddress(form)).toBe(false);
    }),
    { numRuns: 300 },
  );
});

describe('a URL', () => {
  test.each(OWN_HOSTS)('with the host %s needs private_network, by http and by https', (host) => {
    for (const url of [`https://${host}/hook`, `https://${host}:8443`, `http://${host}/`]) {
      expect(urlProblem(url, false)).toContain('set private_network to true');
      expect(urlProblem(url, true)).toBeNull();
    }
  });

  test('with plain http needs private_network, and its problem never quotes it', () => {
    const url = 'http://hooks.shop.example/secret-path?key=secret';
    expect(urlProblem(url, false)).toMatch(/^begins with http:\/\/.* private_network/);
    expect(urlProblem(url, false)).not.toContain('secret-path');
    expect(urlProblem(url, true)).toBeNull();
    expect(urlProblem(url.replace('http:', 'https:'), false)).toBeNull();
  });
});

test('no secret is left in what a server repeats, in any of its forms', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), fc.string(), (secret, around) => {
      fc.pre(!around.includes(secret) && !'[secret]'.includes(secret));
      const forms = [secret, encodeURIComponent(secret), Buffer.from(`${secret}:`).toString('base64')];
      for (const form of forms)
        expect(withoutSecrets(`${around} ${form} `, [secret]).includes(` ${form} `)).toBe(false);
    }),
  );
  expect(withoutSecrets('a key is wrong: k-1234', ['k-1234', 'key', ''])).toBe('a key is wrong: [secret]');
});
