/** The filter of known ids may say "maybe" in vain, rarely; it never says "no" in vain. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeenIds } from '../../src/log/seen-ids.ts';
import { temporaryFolder } from '../support/folder.ts';

async function path(): Promise<string> {
  const folder = temporaryFolder();
  await mkdir(folder, { recursive: true });
  return join(folder, 'known-ids.bloom');
}

const trust = async (file: string): Promise<string> => ((await SeenIds.load(file)) ? 'trusted' : 'not trusted');

describe('the filter of known ids', () => {
  test('never forgets an id', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 500 }), (ids) => {
        const seen = new SeenIds();
        for (const id of ids) seen.add(id);
        return ids.every((id) => seen.add(id));
      }),
    );
  });

  test('takes fewer than one new id in ten thousand for a known one, also when it has grown', () => {
    const seen = new SeenIds();
    for (let i = 0; i < 400_000; i++) seen.add(`touchpoints\0default\0tp_${i}`);
    const size = seen.bytes;
    for (let i = 0; i < 400_000; i += 7) expect(seen.add(`touchpoints\0default\0tp_${i}`)).toBe(true);
    let wrong = 0;
    for (let i = 0; i < 200_000; i++) if (seen.add(`touchpoints\0default\0new_${i}`)) wrong += 1;
    expect(wrong / 200_000).toBeLessThan(1e-4);
    expect(seen.count).toBeGreaterThan(599_000);
    expect(size).toBeLessThan(10_000_000);
  });

  test('does as well with ids that differ in one character only, or are long, or not Latin', () => {
    const makers = [
      (i: number) => String(i),
      (i: number) => `${'x'.repeat(150)}${i}`,
      (i: number) => `日本${i}語`,
      (i: number) => i.toString(2).padStart(24, '0'),
    ];
    for (const make of makers) {
      const seen = new SeenIds();
      let wrong = 0;
      for (let i = 0; i < 50_000; i++) if (seen.add(make(i))) wrong += 1;
      expect(wrong).toBeLessThanOrEqual(5);
    }
  });

  test('is the same after being saved and loaded', async () => {
    const file = await path();
    const seen = new SeenIds();
    for (let i = 0; i < 300_000; i++) seen.add(`id${i}`);
    await seen.save(file, 123);
    const loaded = await SeenIds.load(file);
    expect(loaded?.log_seq).toBe(123);
    expect(loaded?.ids.count).toBe(seen.count);
    for (let i = 0; i < 300_000; i += 11) expect(loaded!.ids.add(`id${i}`)).toBe(true);
    let wrong = 0;
    for (let i = 0; i < 10_000; i++) if (loaded!.ids.add(`other${i}`)) wrong += 1;
    expect(wrong).toBeLessThanOrEqual(2);
  });

  test('can be saved while ids go on arriving', async () => {
    const file = await path();
    const seen = new SeenIds();
    for (let i = 0; i < 1_000; i++) seen.add(`id${i}`);
    const saving = seen.save(file, 1_000);
    for (let i = 1_000; i < 20_000; i++) seen.add(`id${i}`);
    await Promise.resolve();
    for (let i = 20_000; i < 40_000; i++) seen.add(`id${i}`);
    await saving;
    const loaded = await SeenIds.load(file);
    expect(loaded?.log_seq).toBe(1_000);
    for (let i = 0; i < 1_000; i++) expect(loaded!.ids.add(`id${i}`)).toBe(true);
  });

  test('is not loaded when its file is missing, cut off, or changed anywhere', async () => {
    const file = await path();
    expect(await SeenIds.load(file)).toBeUndefined();
    const seen = new SeenIds();
    for (let i = 0; i < 100; i++) seen.add(`id${i}`);
    await seen.save(file, 100);
    const whole = readFileSync(file);
    const header = whole.indexOf(10);
    // Every byte of the header (a digit of its log position above all), and some of the filter.
    for (const at of [
      ...Array.from({ length: header + 1 }, (_, i) => i),
      header + 1,
      header + 50_000,
      whole.length - 1,
    ]) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ 1;
      writeFileSync(file, damaged);
      expect(`byte ${at} ${await trust(file)}`).toBe(`byte ${at} not trusted`);
    }
    for (const size of [0, 5, header, header + 1, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, size));
      expect(`${size} bytes ${await trust(file)}`).toBe(`${size} bytes not trusted`);
    }
    writeFileSync(file, whole);
    expect((await SeenIds.load(file))?.log_seq).toBe(100);
    expect(existsSync(`${file}.tmp`)).toBe(false);
  });
});
