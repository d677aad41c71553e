import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { causalWorld } from '../../src/simulation/causal/world.ts';
import { cli, json, ok } from '../cli/harness.ts';
import { temporaryFolder } from '../support/folder.ts';

const root = temporaryFolder();
const arguments_of = (out: string) => {
  const size = ['--customers', '120', '--days', '40', '--seed', '5', '--end', '2026-04-01'];
  return ['simulate', '--world', 'long_paths', ...size, '--holdout', 'email=0.2', '--out', out];
};

describe('simulate --world', () => {
  it('writes equal bytes for equal options, and the truth of the world in memory', async () => {
    const [first, again] = [join(root, 'first'), join(root, 'again')];
    await ok(arguments_of(first));
    await ok(arguments_of(again));
    for (const name of ['touchpoints', 'conversions', 'customer_segments', 'email_events']) {
      const file = readFileSync(join(first, `${name}.ndjson`), 'utf8');
      expect(file.length).toBeGreaterThan(1_000);
      expect(readFileSync(join(again, `${name}.ndjson`), 'utf8')).toBe(file);
    }
    const { lines, ...truth } = JSON.parse(readFileSync(join(first, 'truth.json'), 'utf8'));
    const end_ms = Date.UTC(2026, 3, 1);
    const same = { family: 'long_paths', customers: 120, days: 40, seed: 5, end_ms, holdouts: { email: 0.2 } } as const;
    expect(truth).toEqual(JSON.parse(JSON.stringify(causalWorld(same).truth)));
    expect(lines.conversions).toBe(truth.conversions);
  }, 60_000);

  it('writes what the printed commands import, and a report finds every order', async () => {
    const out = join(root, 'world');
    const data = join(root, 'data');
    const printed = await ok(arguments_of(out));
    const commands = [...printed.matchAll(/tributary (import .+)/g)].map(([, command]) => command!.split(' '));
    expect(commands.length).toBe(6);
    for (const command of commands) expect(await cli([...command, '--data', data])).toMatchObject({ code: 0 });
    const range = ['--start', '2026-02-01', '--end', '2026-04-02', '--data', data];
    const { summary } = (await json(['report', 'attribution', ...range])) as unknown as {
      summary: { total_conversions: number };
    };
    expect(summary.total_conversions).toBe(JSON.parse(readFileSync(join(out, 'truth.json'), 'utf8')).conversions);
  }, 60_000);

  it('refuses a family that is none, and a holdout without a world', async () => {
    const out = join(root, 'nothing');
    expect((await cli(['simulate', '--world', 'flat', '--out', out])).err).toContain('Allowed choices are additive');
    expect((await cli(['simulate', '--holdout', 'email=0.1', '--out', out])).err).toContain('--world');
    expect((await cli(['simulate', '--world', 'funnel', '--holdout', 'email=2', '--out', out])).code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});
