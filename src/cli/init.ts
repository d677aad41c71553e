/** `tributary init`: asks five questions and writes a configuration and a service for systemd. */
import { existsSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { makeConfig } from '../config.ts';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { line } from '../present/clip.ts';
import { type Answers, configText, serviceText } from './init-files.ts';
import type { Io } from './io.ts';
import type { Context } from './options.ts';

interface InitFlags {
  dir: string;
  yes?: boolean;
  force?: boolean;
}

/** The name of the configuration and of the service. */
const FILES = { config: 'tributary.jsonc', service: 'tributary.service' } as const;
/** An answer that does not fit is asked for again so often. */
const TRIES = 3;

export function addInitCommand(program: Command, { io }: Context): void {
  program
    .command('init')
    .description('Ask five questions, and write a configuration and a service for systemd')
    .option('--dir <dir>', 'folder for the two files', '.')
    .option('--yes', 'take the default of every question')
    .option('--force', 'write over files that are there')
    .action(async (flags: InitFlags) => {
      const paths = {
        config: join(resolve(flags.dir), FILES.config),
        service: join(resolve(flags.dir), FILES.service),
      };
      refuseExisting(Object.values(paths), flags);
      const answers = await askAll(flags.yes ? null : io);
      mkdirSync(resolve(flags.dir), { recursive: true });
      write(paths.config, configText(answers), flags);
      write(paths.service, serviceText(answers, { config: paths.config }), flags);
      io.out(nextSteps(answers, paths));
    });
}

function refuseExisting(paths: readonly string[], { force }: InitFlags): void {
  const there = force ? undefined : paths.find((path) => existsSync(path));
  if (there !== undefined)
    throw new TributaryError('conflict', `--dir: ${there} exists; name another folder, or write over it with --force`);
}

/** Writes a file that nothing has. With --force, the file of this name is taken away first, and not what a link leads to. */
function write(path: string, text: string, { force }: InitFlags): void {
  if (force && existsSync(path)) unlinkSync(path);
  writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
}

interface Question {
  text: string;
  standard: string;
  /** @throws bad_request with what is wrong and the fix. */
  read(answer: string): Partial<Answers>;
}

const twoWords = (answer: string): [string, string] => {
  const [, first = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(answer.trim()) ?? [];
  return [first, rest.trim()];
};

function questions(): Question[] {
  return [
    {
      text: 'Brand: an id, and after a blank its name',
      standard: 'default',
      read: (answer) => {
        const [brand_id, name] = twoWords(answer);
        makeConfig({ brands: { [brand_id]: {} } });
        return { brand_id, brand_name: name || brand_id };
      },
    },
    {
      text: 'Currency of its orders (ISO 4217)',
      standard: 'USD',
      read: (answer) => {
        makeConfig({ defaults: { currency: answer.toUpperCase() } });
        return { currency: answer.toUpperCase() };
      },
    },
    {
      text: 'Time zone of its days (IANA)',
      standard: Intl.DateTimeFormat().resolvedOptions().timeZone,
      read: (time_zone) => {
        makeConfig({ defaults: { time_zone } });
        return { time_zone };
      },
    },
    {
      text: 'Folder of the data, and after a blank the URL of a ClickHouse if its tables live there',
      standard: './data',
      read: (answer) => {
        // A folder may have blanks in its name, and a URL has none.
        const [, folder = answer, url] = /^(.*?)\s+(\S+:\/\/\S+)$/.exec(answer) ?? [];
        if (url !== undefined) makeConfig({ warehouse: url });
        return { data: resolve(folder), warehouse: url ?? null };
      },
    },
    { text: 'Port, and after a blank the public https address if there is one', standard: '8400', read: readAddress },
  ];
}

function readAddress(answer: string): Partial<Answers> {
  const [port, address] = twoWords(answer);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    throw badRequest('port', `${JSON.stringify(port.slice(0, 20))} is not a port; give a whole number from 1 to 65535`);
  if (address !== '' && !/^https?:$/.test(URL.parse(address)?.protocol ?? ''))
    throw badRequest('address', 'is not an address; give one such as https://track.shop.example');
  return { port: Number(port), public_address: address === '' ? null : new URL(address).origin };
}

/** @param io null takes the default of every question. @throws bad_request when an answer does not fit several times. */
async function askAll(io: Io | null): Promise<Answers> {
  const all = questions();
  const answers: Partial<Answers> = {};
  for (const [i, question] of all.entries())
    Object.assign(answers, await askOne(io, question, `${i + 1}/${all.length} `));
  return answers as Answers;
}

async function askOne(io: Io | null, { text, standard, read }: Question, place: string): Promise<Partial<Answers>> {
  for (let left = TRIES; ; left--) {
    const sent = io === null ? null : await io.ask(`${place}${text} [${standard}]: `);
    try {
      return read(sent?.trim() || standard);
    } catch (error) {
      if (!(error instanceof TributaryError) || sent === null || left === 1) throw error;
      io!.err(line`${error.message}\n`);
    }
  }
}

function nextSteps(
  { data, port, public_address }: Answers,
  { config, service }: { config: string; service: string },
): string {
  return line`wrote ${config} and ${service}

start the server now:       tributary serve --config ${config} --data ${data} --port ${port}
or as a service:            sudo cp ${service} /etc/systemd/system/ && sudo systemctl enable --now tributary
then see whether all is well: tributary doctor --config ${config} --data ${data}
events and reports:         ${public_address ?? `http://127.0.0.1:${port}`}/docs
`;
}
