/** A line of the spool counts only if it holds what it says. */
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeEntry } from '../../src/log/segment.ts';

const sealed = (line: unknown): string => {
  const text = JSON.stringify(line);
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}`;
};
const LINE = { v: 2, s: 1, r: 1, o: 'api', p: 'x', k: ['spend', 1], h: '0'.repeat(16), i: [{}] };

test('a line with a right checksum is damaged if it has fewer records than it says, or none', () => {
  expect(decodeEntry(sealed(LINE))?.items).toHaveLength(1);
  for (const wrong of [{ k: ['spend', 2] }, { k: ['spend', 1e12] }, { k: ['spend'] }, { i: [null] }, { i: [1] }])
    expect(decodeEntry(sealed({ ...LINE, ...wrong }))).toBeUndefined();
});
