/** The clock of a machine may go back. Commits do not. */
import { expect, test } from 'vitest';
import type { CollectingTributary } from '../../src/tributary.ts';
import { startServer } from '../server/harness.ts';
import { TOUCH } from '../support/events.ts';

const NOON_MS = Date.UTC(2026, 2, 20, 12);
const HOUR_MS = 3_600_000;

async function commitsOf({ warehouse }: Pick<CollectingTributary, 'warehouse'>): Promise<number[]> {
  const rows = await warehouse.read((s) =>
    s.query('select epoch_ms(committed_at) as committed_ms from commits order by log_seq'),
  );
  return rows.map((row) => Number(row['committed_ms']));
}

test('what an instant names never grows, also when the clock went back, in one process and in the next', async () => {
  let now_ms = NOON_MS;
  const clock = (): number => now_ms;
  const first = await startServer({ clock });
  const send = async (touchpoint_id: string): Promise<void> => {
    await first.post('/v1/touchpoints', { ...TOUCH, touchpoint_id });
    await first.flush();
  };
  await send('at noon');
  now_ms = NOON_MS - HOUR_MS;
  await send('at eleven, by the clock');
  expect(await commitsOf(first.tributary)).toEqual([NOON_MS, NOON_MS]);
  const path = `/v1/reports/journeys?as_of=${new Date(NOON_MS - HOUR_MS).toISOString()}`;
  expect((await first.get(path)).body.as_of).toBe('empty');
  await first.app.close();
  await first.tributary.close();

  const next = await startServer({ folder: first.folder, clock });
  now_ms = NOON_MS - 1;
  await next.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: 'a millisecond before noon' });
  await next.flush();
  now_ms = NOON_MS + 1;
  await next.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: 'after noon' });
  await next.flush();
  expect(await commitsOf(next.tributary)).toEqual([NOON_MS, NOON_MS, NOON_MS, NOON_MS + 1]);
});
