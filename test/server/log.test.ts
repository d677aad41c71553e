/** The log tells what happened; that it cannot be written must not happen to the server too. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { logTo } from '../../src/server/log.ts';

test('a line that cannot be written is lost, and said to be lost once there is room', () => {
  const written: string[] = [];
  let full = false;
  const log = logTo((text) => {
    if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    written.push(text);
  });
  log.write('one\n');
  full = true;
  log.write('two\n');
  log.write('three\n');
  full = false;
  log.write('four\n');
  log.write('five\n');
  expect(written).toEqual([
    'one\n',
    expect.stringMatching(/^{"level":40,"time":\d+,"lost":2,"msg":"log lines were lost"}\nfour\n$/),
    'five\n',
  ]);
});

test('a full disk behind standard output neither ends nor delays the process', () => {
  const module = new URL('../../src/server/log.ts', import.meta.url).href;
  const script = `import { logTo } from '${module}'; const log = logTo();
    for (let i = 0; i < 1000; i++) log.write('line\\n'); console.error('alive');`;
  const { stderr, status } = spawnSync(
    'sh',
    ['-c', `"$0" --import tsx --input-type=module -e "$1" > /dev/full`, process.execPath, script],
    {
      encoding: 'utf8',
      timeout: 120_000,
    },
  );
  expect({ stderr, status }).toEqual({ stderr: 'alive\n', status: 0 });
});
