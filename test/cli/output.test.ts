/** What becomes of a program when nobody reads its output. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const MAIN = new URL('../../bin/tributary.js', import.meta.url).pathname;

/** Starts the program with a pipe for both of its outputs. Nobody reads it but `read`. */
function startWithPipe(argv: readonly string[]) {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  const child = spawn(process.execPath, [MAIN, ...argv], {
    stdio: ['ignore', writer, writer],
    env: { ...process.env, TRIBUTARY_LOG_LEVEL: 'debug', TRIBUTARY_ADMIN_KEY: 'admin-key-of-this-test' },
  });
  closeSync(writer);
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const read = (): string => {
    const bytes = Buffer.alloc(200_000);
    return bytes.subarray(0, readSync(reader, bytes)).toString();
  };
  return { child, ended, read, close: () => closeSync(reader) };
}

test('a server goes on when the reader of its log stalls and when it dies, and counts the lost lines', async () => {
  const data = temporaryFolder();
  const { child, ended, read, close } = startWithPipe(['serve', '--data', data, '--port', '0']);
  const file = join(data, 'server.json');
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 120_000);
  const { address } = JSON.parse(readFileSync(file, 'utf8')) as { address: string };
  const ask = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) expect((await fetch(`${address}/health/live`)).status).toBe(200);
  };
  const lost = async (): Promise<number> => {
    const answer = await fetch(`${address}/metrics`, { headers: { authorization: 'Bearer admin-key-of-this-test' } });
    return Number(/^tributary_log_lines_lost_total (\d+)$/m.exec(await answer.text())![1]);
  };
  // A pipe holds 64 kB.
  await ask(1_000);
  const stalled = await lost();
  expect(stalled).toBeGreaterThan(0);
  // A line is written after its answer is sent, so this answer comes when the line about the metrics is lost as well.
  await ask(1);
  expect(read()).toContain('Tributary listens on');
  await ask(1);
  let told = 0;
  await vi.waitFor(() => {
    told = Number(/"lost":(\d+),"msg":"log lines were lost"/.exec(read())![1]);
  }, 30_000);
  expect(told).toBeGreaterThan(stalled);
  expect(await lost()).toBe(told);
  await ask(1_000);
  close();
  await ask(20);
  expect(await lost()).toBeGreaterThan(stalled);
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a command ends quietly when the reader of its output is gone', async () => {
  const { ended, close } = startWithPipe(['report', 'attribution', '--data', temporaryFolder()]);
  close();
  expect(await ended).toBe(0);
});
