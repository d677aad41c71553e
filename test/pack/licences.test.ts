/** What the program needs to run may be used, changed and passed on by everybody. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Permissive licences: they ask for no more than to be named. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0', 'Unlicense'];

interface Locked {
  dev?: boolean;
  license?: string;
}

test('every package that is installed with the program has a permissive licence, on every platform', () => {
  const lock = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: Record<string, Locked> };
  const runtime = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
  expect(runtime.length).toBeGreaterThan(50);
  const others = runtime.filter(([, { license }]) => !ALLOWED.includes(license ?? 'none'));
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});
