/** Crafted addresses cost no more than ordinary ones of their length. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { categoryOfHost } from '../../src/enrichment/hosts.ts';
import { decodeParameter } from '../../src/enrichment/percent.ts';
import { hostOf } from '../../src/enrichment/url.ts';

test('a parameter is decoded as the URL standard says', () => {
  const pieces = fc.constantFrom('%', '%6', '%6=', '%ff', '%C3%BC', '%c3', '+', 'a', '=', '%zz', '%2', '%F0%9F%98%80');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const raw = parts.join('');
      expect(decodeParameter(raw)).toBe(new URLSearchParams(`v=${raw}`).get('v'));
    }),
  );
  // Node's own decoding is wrong where letters stand beside a malformed escape.
  expect(decodeParameter('ü%F0%9F%98%80%')).toBe('ü😀%');
});

test('a host longer than DNS allows is none', () => {
  expect(hostOf(`https://${'a.'.repeat(1_980)}com/`)).toBeNull();
  expect(hostOf(`https://${'ü.'.repeat(1_900)}com/`)).toBeNull();
  expect(hostOf(`https://${'ü.'.repeat(60)}com/`)).toBeNull();
  expect(categoryOfHost(`${'a.'.repeat(1_980)}google.com`)).toBeNull();
  expect(categoryOfHost('www.google.com')).toBe('search');
});
