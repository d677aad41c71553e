/**
 * Installs the package in an empty folder and runs it there, as somebody does who has never seen the repository. `npm run test:pack` takes
 * the Node at hand; `npm run test:pack -- 20 22 24` takes the newest of each version, from the package `node`. Prints sizes; fails if
 * a command fails. Also has systemd check the service that `tributary init` writes, where systemd is installed.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A machine may be ten times slower than usual: the limit only ends what hangs. */
const LIMIT_MS = 600_000;
const ROOT = join(import.meta.dirname, '..');
const outer = mkdtempSync(join(tmpdir(), 'package-'));

/** The output of a command. */
function run(command, argv, options = {}) {
  return execFileSync(command, argv, { encoding: 'utf8', timeout: LIMIT_MS, ...options });
}

/** An empty project with this package in it. */
function install(name, cwd, env) {
  mkdirSync(cwd, { recursive: true });
  run('npm', ['init', '--yes'], { cwd, env });
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', name], { cwd, env });
}

/** Bytes of all files of a folder. */
function bytesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** The environment with another Node in front; `undefined` stands for the one at hand. */
function environmentOf(version) {
  if (version === undefined) return process.env;
  const folder = join(outer, `node-${version}`);
  install(`node@${version}`, folder, process.env);
  return { ...process.env, PATH: join(folder, 'node_modules/node/bin') + delimiter + process.env.PATH };
}

/** Starts a command of the package, waits for `pattern` in its output, calls `then`, interrupts it and waits for its end. */
async function running(argv, pattern, { cwd, env }, then = () => undefined) {
  // A group of its own: npx starts a shell, which starts the program.
  const child = spawn('npx', ['tributary', ...argv], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const limit = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), LIMIT_MS);
  const ended = once(child, 'close');
  let output = '';
  const seen = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        if (pattern.test(output)) resolve();
      });
    child.once('close', () => reject(new Error(`tributary ${argv.join(' ')} ended: ${output}`)));
  });
  await seen;
  then();
  process.kill(-child.pid, 'SIGINT');
  await ended;
  clearTimeout(limit);
}

async function tryWith(archive, version) {
  const env = environmentOf(version);
  const cwd = join(outer, `empty-${version ?? 'at-hand'}`);
  install(archive, cwd, env);
  const node = run('node', ['--version'], { env }).trim();
  const program = run('npx', ['tributary', '--version'], { cwd, env }).trim();
  run('npx', ['tributary', 'demo', '--once', '--customers', '300', '--days', '30'], { cwd, env });
  await running(['serve', '--data', 'data', '--port', '0'], /http:\/\/[\d.]+:\d+/, { cwd, env }, () => {
    run('npx', ['tributary', 'doctor', '--data', 'data'], { cwd, env });
  });
  writeFileSync(
    join(cwd, 'client.mjs'),
    "import { createClient } from 'tributary/client';\ncreateClient({ url: 'http://localhost' });\n",
  );
  run('node', ['client.mjs'], { cwd, env });
  const megabytes = (bytesOf(join(cwd, 'node_modules')) / 1e6).toFixed(0);
  console.log(
    `Node ${node}: tributary ${program} runs demo, serve, doctor and its client; ${megabytes} MB with all it depends on`,
  );
  return { cwd, env };
}

function checkService({ cwd, env }) {
  run('npx', ['tributary', 'init', '--yes', '--dir', 'service'], { cwd, env });
  const unit = join(cwd, 'service/tributary.service');
  try {
    run('systemd-analyze', ['verify', unit]);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return console.log('the service is not checked: systemd-analyze is not installed');
  }
  const report = run('systemd-analyze', ['security', '--offline=true', '--threshold=30', unit]);
  console.log(`the service: ${/exposure level.*: ([\d.]+ \w+)/.exec(report)[1]} by systemd-analyze security`);
}

try {
  const [name] = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', outer], { cwd: ROOT }).split(
    '\n',
  );
  const archive = join(outer, name);
  const unpacked = run('tar', ['-tvzf', archive])
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number(line.split(/\s+/)[2]), 0);
  console.log(
    `the package: ${(statSync(archive).size / 1e6).toFixed(1)} MB packed, ${(unpacked / 1e6).toFixed(1)} MB unpacked`,
  );
  const versions = process.argv.slice(2);
  let last;
  for (const version of versions.length === 0 ? [undefined] : versions) last = await tryWith(archive, version);
  checkService(last);
} finally {
  rmSync(outer, { recursive: true });
}
