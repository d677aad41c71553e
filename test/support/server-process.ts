/** `tributary serve` in a process of its own, which a test may stop or kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const MAIN = join(import.meta.dirname, '../../bin/tributary.js');

export interface ServerProcess {
  child: ChildProcess;
  address: string;
}

/** Starts the program; stdout and stderr are collected until it ends. */
export function program(argv: readonly string[]): { child: ChildProcess; output: () => string } {
  const env = { ...process.env, TRIBUTARY_LOG_LEVEL: 'silent' };
  const child = spawn(process.execPath, [MAIN, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, output: () => text };
}

/** Waits until it listens. */
export async function serverProcess(data: string, flags: readonly string[] = []): Promise<ServerProcess> {
  const { child, output } = program(['serve', '--data', data, '--port', '0', ...flags]);
  const ended = once(child, 'exit');
  for (;;) {
    const address = /http:\/\/[\d.]+:\d+/.exec(output());
    if (address) return { child, address: address[0] };
    await Promise.race([once(child.stdout!, 'data'), ended]);
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${output()}`);
  }
}
