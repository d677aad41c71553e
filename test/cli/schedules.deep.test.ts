/** Schedules, by command. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { cli, ok } from './harness.ts';

test('schedules are listed, asked for, and written to a folder as they would be sent', async () => {
  const data = temporaryFolder();
  const config = join(temporaryFolder(), 'config.json');
  writeFileSync(
    config,
    JSON.stringify({
      public_url: 'https://t.shop.example',
      mail: { smtp: { env: 'SMTP_URL' }, from: 'reports@shop.example' },
      schedules: {
        board: { period: 'monthly', title: 'The month', recipients: ['anna@shop.example'] },
        lake: { period: 'daily', export: { views: ['orders'], folder: join(data, '..', 'lake') } },
      },
    }),
  );
  const env = { SMTP_URL: 'smtps://u:hunter2@mail.shop.example' };
  const on = (...argv: string[]): string[] => ['schedules', ...argv, '--data', data, '--config', config];
  const listed = await ok(on('list'), { env });
  expect(listed).toMatch(/board.*report.*monthly.*waiting/);
  expect(listed).toMatch(/lake.*export.*daily.*waiting/);
  expect(listed).not.toMatch(/hunter2|anna/);
  const out = join(temporaryFolder(), 'mail');
  expect(await ok(on('send', 'board', '--dry-run', '--out', out), { env })).toContain('The month: March 2026');
  expect(readdirSync(out).sort()).toEqual(['email-revenue-by-day.png', 'mail.html', 'mail.txt', 'slack.json']);
  expect(readFileSync(join(out, 'mail.html'), 'utf8')).toContain('src="email-revenue-by-day.png"');
  expect(readFileSync(join(out, 'email-revenue-by-day.png')).subarray(1, 4).toString()).toBe('PNG');
  expect((await cli(on('send', 'board', '--dry-run', '--out', out), { env })).err).toContain('exists already');
  expect((await cli(on('send', 'lake', '--dry-run', '--out', out), { env })).err).toContain('an export has no mail');
  expect((await cli(on('send', 'board'), { env })).err).toContain('--now');
  expect(await ok(on('send', 'board', '--now'), { env })).toContain('within ten seconds');
  expect(await ok(on('exports', 'lake'), { env })).toBe('nothing is written yet\n');
  const { schedules } = JSON.parse(await ok(on('list', '--json'), { env })) as { schedules: Array<{ status: string }> };
  expect(schedules.map(({ status }) => status)).toEqual(['working', 'waiting']);
});
