/** Installs ClickHouse in process for the tests (540 MB), once: `npm test` and CI run it, `npm ci` does not. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const wanted = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).dependencies.chdb;
const installed = join(here, 'node_modules/chdb/package.json');
const found = existsSync(installed) ? JSON.parse(readFileSync(installed, 'utf8')).version : 'none';
if (found !== wanted) {
  process.stdout.write(`installing chdb ${wanted} for the tests (540 MB, once)\n`);
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write('chdb could not be installed; tests on ClickHouse will be skipped, and fail in CI\n');
    if (process.env.CI) process.exitCode = 1;
  }
}
