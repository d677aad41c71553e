/** A scheduled mail arrives once, over twenty processes that are killed on its way: at any time, and at each step of SMTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import { temporaryFolder } from '../support/folder.ts';
import { MONDAY_MS, mailSink, openHouse, sellForWeeks } from './house.ts';

const PROCESS = join(import.meta.dirname, 'looking-process.mjs');
const WEEKS = 4;
/** Where the process of a week is killed, one after the other; each week ends with one that may finish. */
const KILLS = ['at the start', 'before the address', 'within the mail', 'after the mail'] as const;
type Step = (typeof KILLS)[number] | 'never';

test('a mail arrives once a week and recipient over twenty processes of which sixteen are killed', async () => {
  const folder = temporaryFolder();
  const recipients = ['anna@shop.example', 'bo@shop.example', 'cleo@shop.example'];
  let child: ChildProcess | undefined;
  let step: Step = 'never';
  /** The mail of a week whose step kills the process. */
  let left = 0;
  const reached = async (now: Step): Promise<void> => {
    if (now !== step || left-- > 0) return;
    child!.kill('SIGKILL');
    await once(child!, 'exit').catch(() => undefined);
  };
  const sink = await mailSink({
    onMailFrom: (_from, _session, done) => void reached('before the address').then(() => done()),
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.once('data', () => void reached('within the mail'));
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const message_id = /^Message-ID: (.+)\r$/m.exec(Buffer.concat(parts).toString())?.[1] ?? '';
        sink.arrived.push({ schedule_id: 'board', to: session.envelope.rcptTo[0]!.address, message_id, source: '' });
        void reached('after the mail').then(() => done());
      });
    },
  });
  const config = {
    public_url: 'https://t.shop.example',
    mail: { smtp: sink.url, from: 'Reports <reports@shop.example>' },
    schedules: { board: { period: 'weekly', recipients } },
  };
  const house = await openHouse(config, { folder, shared: true });
  await sellForWeeks(house.server);
  await house.look('board');
  await house.server.close();

  /** Starts a process, and waits for its end. @returns what it says of the period. */
  const look = async (week: number): Promise<string> => {
    const now_ms = MONDAY_MS + 7 * MS_PER_HOUR + week * 7 * MS_PER_DAY;
    child = spawn(process.execPath, [PROCESS, folder, JSON.stringify(config), 'board', String(now_ms)]);
    onTestFinished(() => void child!.kill('SIGKILL'));
    let said = '';
    child.stdout!.on('data', (part) => {
      said += part;
    });
    child.stderr!.on('data', (part) => {
      said += part;
    });
    if (step === 'at the start') {
      await once(child.stdout!, 'data');
      await sleep(40 * week);
      child.kill('SIGKILL');
    }
    await once(child, 'close');
    return said.trim().split('\n').at(-1)!;
  };
  let processes = 0;
  for (let week = 0; week < WEEKS; week++) {
    const before = sink.arrived.length;
    for (step of KILLS) {
      left = week % 2;
      await look(week);
      processes += 1;
    }
    step = 'never';
    const { deliveries } = JSON.parse(await look(week)) as { deliveries: Record<string, number> };
    processes += 1;
    const { delivered = 0, unknown = 0 } = deliveries;
    expect(delivered + unknown).toBe(recipients.length);
    const arrived = sink.arrived.slice(before).map(({ to }) => to);
    expect([...new Set(arrived)].sort()).toEqual(arrived.sort());
    // The kill at the start comes at any time, also between the note of one mail and its end (decision 0054): that mail is in doubt, and is
    // never sent again. All others arrive.
    expect(arrived.length).toBeGreaterThanOrEqual(Math.max(delivered, recipients.length - 1));
  }
  expect(processes).toBe(20);
  expect(new Set(sink.arrived.map(({ message_id }) => message_id)).size).toBe(sink.arrived.length);
});
