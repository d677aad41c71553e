/** What a probe is told of records that wait in dead letters. */
import { expect, test } from 'vitest';
import { ADMIN, startServer } from './harness.ts';

test('open dead letters are named by health, readiness, metrics and doctor, until they are replayed', async () => {
  const first = await startServer();
  const letter = {
    brand_id: 'default',
    record: 'touchpoints',
    payload: JSON.stringify({
      brand_id: 'default',
      touchpoint_id: 'late',
      customer_id: 'c',
      touchpoint_type: 'page_view',
      occurred_at: Date.UTC(2026, 2, 1),
    }),
    reason: 'touchpoints.channel: 7 is not text',
    state: 'open',
    received_at: 1,
    loaded_at: 1,
    collector_id: 'main',
    log_seq: 1,
  };
  await first.tributary.warehouse.append({
    dead_letters: ['dl_1', 'dl_2'].map((dead_letter_id) => ({ ...letter, dead_letter_id })),
    commits: [{ collector_id: 'main', log_seq: 1, committed_at: 1 }],
  });
  expect((await first.get('/health')).body).toMatchObject({ status: 'ok', problems: [] });
  await first.app.close();
  await first.tributary.close();

  const server = await startServer({ folder: first.folder });
  const problems = ['2 records could not be loaded and wait in dead letters; `tributary doctor` shows them'];
  expect((await server.get('/health')).body).toMatchObject({ status: 'degraded', ready: false, problems });
  expect((await server.get('/health/ready')).body).toEqual({ ready: false, problems });
  expect((await server.get('/metrics', ADMIN)).text).toContain('tributary_dead_letters_open 2');
  expect((await server.get('/v1/doctor', ADMIN)).body.problems).toEqual([
    '2 open dead letters (touchpoints.channel: 7 is not text); load them again with: tributary doctor --replay-dead-letters',
  ]);
  expect((await server.post('/v1/dead_letters/replay', undefined, ADMIN)).body).toEqual({ replayed: 2 });
  await server.flush();
  expect((await server.get('/health')).body).toMatchObject({ status: 'ok', problems: [] });
  expect((await server.get('/v1/doctor', ADMIN)).body.problems).toEqual([]);
});
