/** Threads and processes of tests run the compiled program: it must be of the source that is tested. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** What the compilation writes last. */
const LAST = join(ROOT, 'dist/domain/typebox.js');

/** Compiles the program when anything that it is made of is newer than what is there. */
export default function setup(): void {
  const made_at = existsSync(LAST) ? statSync(LAST).mtimeMs : 0;
  const source = ['src', 'browser', 'client'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const parts = [...source, 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  if (parts.every((part) => statSync(join(ROOT, part)).mtimeMs < made_at)) return;
  process.stdout.write('the compiled program is older than its source: compiling it\n');
  execFileSync('npm', ['run', '--silent', 'compile'], { cwd: ROOT, stdio: 'inherit' });
}
