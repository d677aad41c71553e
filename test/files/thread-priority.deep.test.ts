/** A thread steps back from where its process stands among other programs. */
import { spawnSync } from 'node:child_process';
import { getPriority } from 'node:os';
import { expect, test } from 'vitest';

const HELPER = new URL('../../src/files/thread-priority.ts', import.meta.url).href;
/** Prints how far a thread has stepped back. The main thread does it here, which is a thread as the others. */
const PROGRAM = `
  import { getPriority } from 'node:os';
  import { yieldToProcess } from '${HELPER}';
  const before = getPriority();
  yieldToProcess(5);
  console.log(getPriority() - before);
`;

test.runIf(process.platform === 'linux').each([0, 2, 19])(
  'also in a process that was started %d steps lower',
  (lower) => {
    const args = ['-n', String(lower), process.execPath, '--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
    const { stdout, stderr } = spawnSync('nice', args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    // No priority is lower than 19.
    const started = Math.min(19, getPriority() + lower);
    expect(Number(stdout)).toBe(Math.min(5, 19 - started));
  },
);
