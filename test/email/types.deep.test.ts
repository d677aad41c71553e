/** A program in TypeScript that uses `tributary/email` of the packed package: it type checks, and a mistake in it does not. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import type * as Made from '../../src/email/index.ts';
import type * as Declared from '../../types/email.d.ts';
import { temporaryFolder } from '../support/folder.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Holds for the compiler, which reads this file in `npm run types`: what is declared is what the code takes and gives. */
test('the declarations say what the code does', () => {
  expectTypeOf<Parameters<typeof Declared.instrument>>().toEqualTypeOf<Parameters<typeof Made.instrument>>();
  expectTypeOf<ReturnType<typeof Made.instrument>>().toExtend<ReturnType<typeof Declared.instrument>>();
  expectTypeOf<keyof ReturnType<typeof Declared.instrument>>().toEqualTypeOf<
    keyof ReturnType<typeof Made.instrument>
  >();
  expectTypeOf<Declared.LocalOptions>().toEqualTypeOf<Made.LocalOptions>();
  expectTypeOf<Declared.NodemailerOptions>().toExtend<Made.NodemailerOptions>();
  expectTypeOf<Made.NodemailerOptions>().toExtend<Declared.NodemailerOptions>();
  expectTypeOf<ReturnType<typeof Declared.tributaryLinks>>().toEqualTypeOf<ReturnType<typeof Made.tributaryLinks>>();
  expectTypeOf<keyof typeof Declared>().toEqualTypeOf<keyof typeof Made>();
});

const PROGRAM = `
import nodemailer from 'nodemailer';
import { type Instrumented, instrument, tributaryLinks } from 'tributary/email';

const transporter = nodemailer.createTransport({ jsonTransport: true });
transporter.use('compile', tributaryLinks({ base_url: 'https://track.shop.example', key: 'k', defaults: { campaign_id: 'spring' } }));
transporter.use('compile', tributaryLinks({ server: 'http://127.0.0.1:8080', write_key: 'w', onError: (error) => console.error(error.message) }));
const made: Instrumented = instrument(
  { html: '<a href="https://shop.example/">Go</a>', message_id: 'm1', customer_id: 'c1', options: { utm: { source: 'news' } } },
  { base_url: 'https://track.shop.example', key: 'k' },
);
console.log(made.html, made.links + 1, made.message_id);
`;
const WRONG = `
import { instrument } from 'tributary/email';
instrument({ html: '<p>', message_id: 1 }, { base_url: 'https://track.shop.example', key: 'k' });
`;

/** The packed files of the package, in a folder of modules. */
function packedInto(modules: string): void {
  const list = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(list) as [{ files: Array<{ path: string }> }];
  for (const { path } of files)
    if (/^(?:package\.json|types\/|dist\/email\/)/.test(path))
      cpSync(join(ROOT, path), join(modules, 'tributary', path));
}

test('a program that uses the packed package type checks, with a strict compiler and with its defaults', () => {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@types'), { recursive: true });
  for (const name of ['nodemailer', '@types/nodemailer', '@types/node', 'undici-types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  packedInto(modules);
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const check = (name: string, text: string, ...flags: string[]): string => {
    writeFileSync(join(folder, name), text);
    const args = ['--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', ...flags, name];
    try {
      return execFileSync(join(ROOT, 'node_modules/.bin/tsc'), args, { cwd: folder, encoding: 'utf8' });
    } catch (error) {
      return String((error as { stdout: string }).stdout);
    }
  };
  expect(check('program.ts', PROGRAM, '--strict', '--exactOptionalPropertyTypes')).toBe('');
  expect(check('program.ts', PROGRAM, '--strict', 'false')).toBe('');
  expect(check('wrong.ts', WRONG, '--strict')).toMatch(/number.* is not assignable to type 'string'/);
}, 120_000);
