import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { cli, json, ok } from './harness.ts';

const root = temporaryFolder();

describe('a simulated world', () => {
  it('is written as files that the printed commands import, and its orders are all there', async () => {
    const out = join(root, 'world');
    const printed = await ok([
      'simulate',
      '--customers',
      '60',
      '--days',
      '30',
      '--seed',
      '5',
      '--end',
      '2026-04-01',
      '--out',
      out,
    ]);
    const truth = JSON.parse(readFileSync(join(out, 'truth.json'), 'utf8'));
    const data = join(root, 'data');
    const commands = [...printed.matchAll(/tributary (import .+)/g)].map(([, command]) => command!.split(' '));
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) expect(await cli([...command, '--data', data])).toMatchObject({ code: 0 });
    const { summary } = (await json([
      'report',
      'attribution',
      '--start',
      '2026-03-01',
      '--end',
      '2026-04-02',
      '--conversion-type',
      'purchase',
      '--data',
      data,
    ])) as unknown as { summary: { total_conversions: number } };
    expect(summary.total_conversions).toBe(truth.orders.count);
    expect((await cli(['simulate', '--days', '0', '--out', out])).code).toBe(2);
    expect((await cli(['simulate', '--end', 'soon', '--out', out])).err).toContain(
      'error: --end: "soon" is not a calendar date',
    );
  });

  it('is what the demo shows: seven reports, keys, and commands for a first event', async () => {
    const printed = await ok(['demo', '--once', '--customers', '80', '--days', '30']);
    expect(printed).toContain('1. The same orders under 5 models');
    expect(printed).toMatch(/email tool: any open or click in 7 days, machines too\s+\d/);
    expect(printed).toMatch(/mail_tool +[\d.,]+ +[\d.,]+/);
    expect(printed).toMatch(/Why they differ\n(.*\n)*.*mail_tool counts opens up to 5 days/);
    expect(printed).toContain('4. One order in full');
    expect(printed).toMatch(/Consent bound: .* linear gives email/);
    expect(printed).toMatch(/first touch +[\d,]+ +[\d.]+/);
    expect(printed).toMatch(/paths with several channels +[\d,]+/);
    expect(printed).toMatch(/revenue per customer USD +[\d,.]+/);
    expect(printed).toMatch(/curl -s http:\/\/127\.0\.0\.1:\d+\/v1\/touchpoints -H 'Authorization: Bearer trb_write_/);
    expect(printed).toMatch(/read key\s+trb_read_/);
    expect(printed).toMatch(/Erased one visitor: 1 record, .*certificate era_[0-9a-f]{16}, signed /);
  });
});

describe('the program as it is installed', () => {
  const built = existsSync('dist/main.js');
  const tributary = (...argv: string[]) =>
    promisify(execFile)(process.execPath, ['bin/tributary.js', ...argv], { env: { PATH: process.env['PATH'] } });

  it.skipIf(!built)(
    'starts, helps, and fails with a code and one line',
    async () => {
      expect((await tributary('--help')).stdout).toContain('Usage: tributary');
      await expect(tributary('nonsense')).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining("unknown command 'nonsense'"),
      });
      await expect(tributary('receipt', 'x', '--data', join(root, 'nowhere'))).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^error: --data: [^\n]+\n$/),
      });
    },
    30_000,
  );
});
