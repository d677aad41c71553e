/** The log tells what happened; that it cannot be written must not happen to the server too. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { logTo } from '../../src/server/log.ts';

test('a line that cannot be written is lost, and said to be lost once there is room', () => {
  const written: string[] = [];
  let full = false;
  const log = logTo((text) => {
    if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    written.push(String(text));
    return undefined;
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

test('a line of which a part was written is completed before the next one, and a line without room is counted', () => {
  let written = '';
  let room = 100;
  const log = logTo((text) => {
    const part = Buffer.from(text as string).subarray(0, room);
    room -= part.length;
    written += part.toString('latin1');
    return part.length;
  });
  log.write(`${'a'.repeat(149)}\n`);
  log.write('lost\n');
  log.write('lost\n');
  expect([written, log.lost_lines]).toEqual(['a'.repeat(100), 2]);
  room = 1_000;
  log.write('b\n');
  expect(written).toMatch(/^a{149}\n{"level":40,"time":\d+,"lost":2,"msg":"log lines were lost"}\nb\n$/);
});

test('a full disk behind standard output neither ends nor delays the process', () => {
  const module = new URL('../../dist/server/log.js', import.meta.url).href;
  const script = `import { logTo } from '${module}'; const log = logTo();
    for (let i = 0; i < 1000; i++) log.write('line\\n'); console.error('alive');`;
  const { stderr, status } = spawnSync(
    'sh',
    ['-c', `"$0" --input-type=module -e "$1" > /dev/full`, process.execPath, script],
    {
      encoding: 'utf8',
      timeout: 120_000,
    },
  );
  expect({ stderr, status }).toEqual({ stderr: 'alive\n', status: 0 });
});
