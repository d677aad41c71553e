/** What makes the command line pleasant: the version, the first files, completion, and what to do next. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLEAR_SCREEN } from '../../src/cli/io.ts';
import { watch } from '../../src/cli/watch.ts';
import { loadConfig } from '../../src/config.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import { order, touch } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { at } from '../support/time.ts';
import { cli, ok } from './harness.ts';

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect([await ok(['--version']), await ok(['-V'])]).toEqual([`${version}\n`, `${version}\n`]);
});

describe('init', () => {
  const answering = (...answers: string[]) => ({ answers });

  test('asks five questions, again where an answer does not fit, and writes files that the program reads', async () => {
    const dir = temporaryFolder();
    const answers = answering(
      'shop-eu The Shop',
      'EURO',
      'eur',
      'Europe/Berlin',
      `${dir}/my data`,
      '99999',
      '8500 https://t.shop.example/x',
    );
    const { code, out, err } = await cli(['init', '--dir', dir], answers);
    expect([code, err]).toEqual([0, expect.stringMatching(/EURO[\s\S]*99999.*is not a port/)]);
    const file = join(dir, 'tributary.jsonc');
    const config = loadConfig(file, {});
    expect(config.brands.get('shop-eu')).toMatchObject({ currency: 'EUR', time_zone: 'Europe/Berlin' });
    expect(config.trust_proxy).toEqual(['127.0.0.1']);
    expect(readFileSync(file, 'utf8')).toMatch(/\/\/ The Shop\n/);
    const service = readFileSync(join(dir, 'tributary.service'), 'utf8');
    expect(service).toContain(`"--data" "${dir}/my data" "--port" "8500"\n`);
    expect(out).toContain('https://t.shop.example/docs');
  });

  test('--yes takes the defaults, and no file is written over without --force', async () => {
    const dir = temporaryFolder();
    await ok(['init', '--yes', '--dir', dir]);
    expect(loadConfig(join(dir, 'tributary.jsonc'), {}).brands.get('default')).toMatchObject({ currency: 'USD' });
    const again = await cli(['init', '--yes', '--dir', dir]);
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/tributary.jsonc exists; .*--force/)]);
    await ok(['init', '--yes', '--force', '--dir', dir]);
  });

  test('--force takes a link away and leaves what it leads to', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'other'), 'mine');
    symlinkSync(join(dir, 'other'), join(dir, 'tributary.service'));
    await ok(['init', '--yes', '--force', '--dir', dir]);
    expect(readFileSync(join(dir, 'other'), 'utf8')).toBe('mine');
  });

  test('gives up after an answer that never fits, and writes nothing', async () => {
    const dir = temporaryFolder();
    const { code, err } = await cli(['init', '--dir', dir], answering('a', 'x', 'y', 'z'));
    expect([code, err]).toEqual([1, expect.stringMatching(/currency/)]);
    expect(() => readFileSync(join(dir, 'tributary.jsonc'))).toThrow();
  });
});

test('a configuration may hold comments, and one that is no JSON is still refused', () => {
  const file = join(temporaryFolder(), 'c.jsonc');
  writeFileSync(file, '// a "comment"\n{"cors_origins": ["https://a.example/*x*/"], /* two */ "log_level": "warn",}');
  expect(loadConfig(file, {})).toMatchObject({ log_level: 'warn', cors_origins: ['https://a.example/*x*/'] });
  writeFileSync(file, '{"log_level" "warn"}');
  expect(() => loadConfig(file, {})).toThrow(/is not JSON/);
});

describe('completion', () => {
  /** What bash offers for a line; the last word is the one that is being typed. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = await ok(['completion', 'bash']);
    const list = words.map((word) => `'${word}'`).join(' ');
    const line = `${script}\nCOMP_WORDS=(tributary ${list}); COMP_CWORD=${words.length}; _tributary; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', line], { encoding: 'utf8' }).trim().split('\n');
  }

  test('in bash offers commands, their subcommands, flags and values', async () => {
    expect(await offered('rep')).toEqual(['report']);
    expect(await offered('report', 'mod')).toEqual(['models']);
    expect(await offered('report', 'attribution', '--comp')).toEqual(['--compare']);
    expect(await offered('report', 'attribution', '--compare', '')).toEqual(['previous_period', 'previous_year']);
    expect(await offered('report', 'attribution', '--brand', 'x', '--gro')).toEqual(['--group-by']);
    expect(await offered('keys', 'create', '--scope', 'r')).toEqual(['read']);
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('is there for zsh and fish, and right where such a shell is', async () => {
    for (const [shell, check] of [
      ['zsh', ['-n']],
      ['fish', ['--no-execute']],
    ] as const) {
      const script = await ok(['completion', shell]);
      expect(script).toContain('previous_year');
      const file = join(temporaryFolder(), 'completion');
      writeFileSync(file, script);
      const ran = spawnSync(shell, [...check, file], { encoding: 'utf8' });
      if (ran.error === undefined) expect(ran.stderr).toBe('');
    }
    expect((await cli(['completion', 'tcsh'])).code).toBe(2);
  });
});

describe('a report on the command line', () => {
  async function shop(): Promise<string> {
    const root = temporaryFolder();
    const data = join(root, 'data');
    mkdirSync(data);
    for (const [name, ...events] of [
      ['touchpoints', touch('t1', 'email_click', at(2)), touch('t2', 'paid_ad_click', at(3), { channel: '=paid' })],
      ['conversions', order('c1', '1234.5', at(4))],
    ] as const) {
      const file = join(root, `${name}.ndjson`);
      writeFileSync(file, events.map((event) => JSON.stringify(event)).join('\n'));
      await ok(['import', name, file, '--data', data]);
    }
    return data;
  }

  test('is filtered, compared, written for Excel and watched; doctor ends with what to do next', async () => {
    const data = await shop();
    const command = ['report', 'attribution', '--data', data, '--start', '2026-03-01', '--end', '2026-04-01'];
    const filtered = JSON.parse(
      await ok([...command, '--filter', 'channel:email', '--filter', 'conversion_type:purchase', '--json']),
    );
    expect(filtered.filters).toEqual(['channel:email', 'conversion_type:purchase']);
    expect(await ok([...command, '--compare', 'previous_year', '--group-by', 'channel'])).toContain(
      'compared with 2025-03-01',
    );
    const excel = await ok([...command, '--group-by', 'channel', '--csv-style', 'excel']);
    expect(excel.startsWith('\uFEFFchannel;')).toBe(true);
    // The guard against formulas stays.
    expect(excel).toContain("'=paid;1;0,5;617250000;617,250000;0,5;;;;\r\n");
    const american = await ok([...command, '--group-by', 'channel', '--csv-style', 'excel_us']);
    expect(american).toContain("'=paid,1,0.5,617250000,617.250000,0.5,,,,\r\n");
    const stop = new AbortController();
    const seen = await cli([...command, '--watch', '1'], {
      stop: stop.signal,
      onOut: (out) => {
        if (out.split('Attribution').length > 2) stop.abort();
      },
    });
    expect([seen.code, seen.out.split('Attribution').length - 1]).toEqual([0, 2]);
    expect(await ok(['doctor', '--data', data])).toMatch(
      /no problems found, see the warnings\nnext: tributary report attribution/,
    );
    const empty = temporaryFolder();
    expect(await ok(['doctor', '--data', empty])).toMatch(
      /next: tributary import touchpoints[\s\S]*tributary keys create/,
    );
  }, 60_000);
});

test('a watch clears a terminal, goes on after a failure that passes, and ends at any other and at its limit', async () => {
  const printed: string[] = [];
  const io = {
    out: (text: string) => printed.push(text),
    err: (text: string) => printed.push(text),
    out_is_terminal: true,
    stop: new AbortController().signal,
  } as never;
  const answers = [new TributaryError('busy', 'too many reports wait'), null];
  await watch(
    io,
    0,
    async () => {
      const failure = answers.shift();
      if (failure) throw failure;
    },
    2,
  );
  expect(printed).toEqual([CLEAR_SCREEN, 'warning: too many reports wait; trying again in 0 seconds\n', CLEAR_SCREEN]);
  const broken = watch(io, 0, () => Promise.reject(new TributaryError('bad_request', 'model: is unknown')));
  await expect(broken).rejects.toThrow('model: is unknown');
});
