/** What checks of signatures share: comparison in constant time, and the age of a signed timestamp. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Verified } from './source.ts';

/** A signed timestamp may be this far from the clock of this server, unless the provider signs once and tries again for hours. */
const TOLERANCE_MS = 300_000;

type Algorithm = 'sha1' | 'sha256';

export function hmac(algorithm: Algorithm, key: string | Buffer, ...parts: Array<string | Buffer>): Buffer {
  const made = createHmac(algorithm, key);
  for (const part of parts) made.update(part);
  return made.digest();
}

/** True if a signature in hex or base64 is one of some bytes. The time does not tell where they differ. */
export function isSignature(given: string, encoding: 'hex' | 'base64', expected: readonly Buffer[]): boolean {
  const bytes = Buffer.from(given, encoding);
  return expected.reduce((found, one) => (bytes.length === one.length && timingSafeEqual(bytes, one)) || found, false);
}

export const refused = (reason: string): Verified => ({ ok: false, reason });

/** Why a signed timestamp is refused; undefined if it is of now. @param sent_ms NaN for a text that is no number. */
export function staleness(sent_ms: number, now_ms: number, tolerance_ms = TOLERANCE_MS): string | undefined {
  if (Number.isNaN(sent_ms)) return 'the timestamp of the signature is not a number';
  if (Math.abs(now_ms - sent_ms) <= tolerance_ms) return undefined;
  return `the timestamp of the signature is ${Math.round(Math.abs(now_ms - sent_ms) / 1_000)} s from this server's clock, and at most ${tolerance_ms / 1_000} s are taken; check both clocks`;
}
