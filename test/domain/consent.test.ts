/** Signals of consent, written bit by bit by an encoder of the test's own. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bits, MalformedConsent } from '../../src/domain/consent/bits.ts';
import { browserConsent, withBrowser } from '../../src/domain/consent/browser-signals.ts';
import { readGoogleConsent } from '../../src/domain/consent/google-consent.ts';
import { readGpp } from '../../src/domain/consent/gpp.ts';
import { decide } from '../../src/domain/consent/purposes.ts';
import { readTcf } from '../../src/domain/consent/tcf.ts';
import { refusal } from '../support/read.ts';
import { GOOD } from './wire.ts';

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Groups of six bits as characters; the last one is filled up with zeros. */
const packed = (bits: string): string =>
  (bits.match(/.{1,6}/g) ?? []).map((six) => CHARACTERS[Number.parseInt(six.padEnd(6, '0'), 2)]).join('');
const binary = (value: number, width: number): string => value.toString(2).padStart(width, '0');
const flags = (count: number, set: readonly number[]): string =>
  Array.from({ length: count }, (_, i) => (set.includes(i + 1) ? '1' : '0')).join('');

/** A core as the framework writes it, field by field. */
function tcString({
  version = 2,
  consents = [] as number[],
  interests = [] as number[],
  no_purpose_one = false,
}): string {
  const dates = binary(0, 36) + binary(0, 36);
  const platform = binary(31, 12) + binary(7, 12) + binary(1, 6) + binary(3, 6) + binary(13, 6) + binary(48, 12);
  const bits = [
    binary(version, 6),
    dates,
    platform,
    binary(4, 6),
    '10',
    flags(12, []),
    flags(24, consents),
    flags(24, interests),
    no_purpose_one ? '1' : '0',
    binary(3, 6) + binary(4, 6),
    binary(0, 16) + '0',
  ].join('');
  return `${packed(bits)}.YAAAAAAAAAA`;
}

test('a TC string says what its purposes say', () => {
  expect(readTcf(tcString({ consents: [1, 3, 4, 7, 8] }))).toEqual({
    measurement: true,
    sharing: true,
    profiling: false,
  });
  expect(readTcf(tcString({ consents: [1], interests: [7, 8] })).measurement).toBe(true);
  expect(readTcf(tcString({ consents: [7, 8] })).measurement).toBe(false);
  expect(readTcf(tcString({ consents: [7, 8], no_purpose_one: true })).measurement).toBe(true);
  // Profiles for advertising rest on consent alone.
  expect(readTcf(tcString({ consents: [1], interests: [3, 4, 5, 6] }))).toMatchObject({
    sharing: false,
    profiling: false,
  });
});

test('a TC string that cannot be read is refused with the reason', () => {
  expect(() => readTcf(tcString({ version: 1 }))).toThrow('has version 1; version 2 is read');
  expect(() => readTcf('CPxyz')).toThrow('ends after 30 bits');
  expect(refusal('consents', { ...GOOD.consents, tcf: 'not a string!' })).toMatch(/^tcf has the character " "/);
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (text) => {
      for (const read of [readTcf, readGpp])
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedConsent);
        }
    }),
  );
});

const usNat = (sale: number, shared: number, targeted: number): string =>
  packed(
    binary(1, 6) + binary(0, 12) + [sale, shared, targeted].map((value) => binary(value, 2)).join('') + binary(0, 36),
  );

test('a GPP string: any opt-out denies sharing, and what does not apply says nothing', () => {
  expect(readGpp(`DBABLA~${usNat(2, 2, 2)}`)).toEqual({ sharing: true });
  expect(readGpp(`DBABLA~${usNat(2, 1, 2)}`)).toEqual({ sharing: false });
  expect(readGpp(`DBABLA~${usNat(0, 0, 0)}`)).toEqual({});
  // The segment of Global Privacy Control: type 1, then one bit.
  expect(readGpp(`DBABLA~${usNat(2, 2, 2)}.${packed('011')}`)).toEqual({ sharing: false });
  expect(readGpp(`DBABLA~${usNat(2, 1, 2)}`, new Set([2]))).toEqual({});
  // Section 2 is a TC string; sections 2 and 6 together.
  expect(readGpp(`DBABMA~${tcString({ consents: [1, 7, 8] })}`)).toEqual({
    measurement: true,
    sharing: false,
    profiling: false,
  });
  const both = packed(`${binary(3, 6)}${binary(1, 6)}${binary(2, 12)}0` + '011' + '0' + '1011');
  expect(readGpp(`${both}~${tcString({ consents: [1, 3, 4] })}~1YNN`).sharing).toBe(true);
  expect(readGpp(`${both}~${tcString({ consents: [1, 3, 4] })}~1YYN`).sharing).toBe(false);
  expect(() => readGpp('DBABLA')).toThrow('names 1 sections and has 0');
});

test('numbers in Fibonacci code are sums of 1, 2, 3, 5, 8 …', () => {
  for (const [bits, value] of [
    ['11', 1],
    ['011', 2],
    ['0011', 3],
    ['1011', 4],
    ['01011', 7],
  ] as const)
    expect(new Bits(packed(bits)).nextFibonacci()).toBe(value);
});

test("Google's consent mode, and words that are none of its own", () => {
  const said = {
    analytics_storage: 'granted',
    ad_storage: 'granted',
    ad_user_data: 'denied',
    security_storage: 'granted',
  };
  expect(readGoogleConsent(said)).toEqual({ measurement: true, sharing: false });
  expect(() => readGoogleConsent({ ad_storage: 'yes' })).toThrow('has ad_storage: "yes"; send granted or denied');
});

test('of several signals any denial counts, and the first one that says so is the basis', () => {
  const said = { purposes: { sharing: true }, gpc: { sharing: false }, tcf: { sharing: false, measurement: true } };
  expect(decide(said, 'sharing')).toEqual({ granted: false, by: 'gpc' });
  expect(decide(said, 'measurement')).toEqual({ granted: true, by: 'tcf' });
  expect(decide(said, 'profiling')).toBeUndefined();
  expect(refusal('consents', { ...GOOD.consents, purposes: { mesurement: true } })).toContain(
    'the purposes are measurement, sharing',
  );
  expect(refusal('consents', { ...GOOD.consents, purposes: undefined })).toMatch(/^purposes is missing/);
});

test('headers of a browser deny, whatever the page grants; DNT only where it is honoured', () => {
  expect(browserConsent({ dnt: '1' }, false)).toBeNull();
  expect(browserConsent({ 'sec-gpc': '0', dnt: '0' }, true)).toBeNull();
  expect(browserConsent({ 'sec-gpc': '1' }, true)).toEqual({ source: 'header Sec-GPC', gpc: true });
  const dnt = browserConsent({ dnt: '1' }, true)!;
  expect(withBrowser({ purposes: { measurement: true, profiling: true }, source: 'cmp' }, dnt)).toEqual({
    source: 'cmp',
    purposes: { measurement: false, sharing: false, profiling: true },
  });
  expect(withBrowser({}, browserConsent({ dnt: '1', 'sec-gpc': '1' }, true)!)).toEqual({
    source: 'headers Sec-GPC and DNT',
    gpc: true,
    purposes: { measurement: false, sharing: false },
  });
});
