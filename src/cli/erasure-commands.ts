/** The commands `tributary erase`, `tributary erasure` and `tributary subject-export`: the rights of a person. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import { verifyCertificate } from '../privacy/erasure/certificate.ts';
import type { Client, Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';
import { pathPart } from './requests.ts';

interface JsonOption extends DataOptions {
  json?: boolean;
}
type EraseOptions = JsonOption & { brandId?: string; out?: string };
type ExportOptions = DataOptions & { brandId?: string; format?: string; out?: string };

/** A person may read it. */
const MODE = 0o600;
const WAIT_S = 20;

export function addErasureCommands(program: Command, context: Context): void {
  addErase(program, context);
  addErasure(program, context);
  addExport(program, context);
}

function addErase(program: Command, { io, open }: Context): void {
  withData(
    program
      .command('erase')
      .description('Erase a person everywhere, and print the certificate')
      .argument('<customer_id>', 'an id of the person')
      .option('--brand-id <brand>', 'the brand; needed where several brands have the id')
      .option('--out <file>', 'write the certificate into a new file')
      .option('--json', 'print the certificate as JSON'),
    io,
  ).action(async (customer_id: string, options: EraseOptions) => {
    mustExist(options.data);
    const certificate = await withClient(io, open, options, async (client) => {
      const query = options.brandId === undefined ? '' : `?brand_id=${encodeURIComponent(options.brandId)}`;
      const { erasure_id } = await client.delete(`/v1/customers/${pathPart('customer_id', customer_id)}${query}`);
      return waitFor(client, erasure_id);
    });
    if (options.out !== undefined) writeNew(options.out, `${JSON.stringify(certificate, null, 2)}\n`);
    if (options.json) printJson(io, certificate);
    else io.out(certificateText(certificate));
  });
}

/** Waits until the erasure is done, however long that takes. A failure is tried again by the server, so it is told and waited out. */
async function waitFor(client: Client, erasure_id: string): Promise<Json> {
  for (;;) {
    const found = await client.get(`/v1/erasures/${erasure_id}`, { wait_s: String(WAIT_S) });
    if (found.status === 'done') return found.certificate;
  }
}

/** A certificate in a few lines. */
function certificateText(certificate: Json): string {
  const rows = Object.entries(certificate.rows as Record<string, number>);
  const removed = rows.reduce((sum, [, n]) => sum + n, 0);
  const destinations = certificate.destinations as Array<{
    destination_id: string;
    told: boolean;
    reason: string | null;
  }>;
  const lines = [
    line`erased: ${removed} rows of ${certificate.subjects.length} ids, signed (${certificate.erasure_id})\n`,
    ...rows.map(([table, n]) => line`  ${table}: ${n}\n`),
    ...destinations.map(({ destination_id, told, reason }) => line`  ${destination_id}: ${told ? 'told' : reason}\n`),
    ...(certificate.left_to_you as string[]).map((text) => line`  left to you: ${text}\n`),
  ];
  return lines.join('');
}

function addErasure(program: Command, { io, open }: Context): void {
  const erasure = program.command('erasure').description('Erasures, their certificates, and the list for restores');
  withData(
    erasure
      .command('show')
      .description('show an erasure with its certificate')
      .argument('<erasure_id>')
      .option('--json', 'print JSON'),
    io,
  ).action(async (erasure_id: string, options: JsonOption) => {
    mustExist(options.data);
    const found = await withClient(io, open, options, (client) =>
      client.get(`/v1/erasures/${pathPart('erasure_id', erasure_id)}`),
    );
    if (options.json) printJson(io, found);
    else if (found.certificate === null)
      io.out(line`${found.status}${found.last_error === null ? '' : `: ${found.last_error}`}\n`);
    else io.out(certificateText(found.certificate));
  });
  withData(
    erasure.command('all').description('list the erasures, newest first').option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption) => {
    mustExist(options.data);
    const { erasures } = await withClient(io, open, options, (client) => client.get('/v1/erasures'));
    if (options.json) printJson(io, { erasures });
    else if (erasures.length === 0) io.out('nobody was erased\n');
    else
      io.out(
        tableOf(
          erasures.map(({ certificate, ...rest }: Json) => ({
            ...rest,
            completed_at: certificate?.completed_at ?? null,
          })),
          Number.POSITIVE_INFINITY,
        ),
      );
  });
  withData(
    erasure
      .command('list')
      .description('print the list of what was erased, in hashes, for restoring backups elsewhere'),
    io,
  ).action(async (options: DataOptions) => {
    mustExist(options.data);
    printJson(io, await withClient(io, open, options, (client) => client.get('/v1/erasure-list')));
  });
  erasure
    .command('verify')
    .description('check the signature of a certificate')
    .argument('<file>', 'the certificate as JSON')
    .action((file: string) => {
      const { certificate, key_name } = verifyCertificate(readFileSync(file, 'utf8'));
      io.out(
        line`the signature fits: ${certificate.erasure_id}, completed ${certificate.completed_at}, key ${key_name}\n`,
      );
    });
}

function addExport(program: Command, { io, open }: Context): void {
  withData(
    program
      .command('subject-export')
      .description('Write everything that is stored of a person')
      .argument('<customer_id>', 'an id of the person')
      .option('--brand-id <brand>', 'the brand; needed where several brands have the id')
      .option('--format <format>', 'json or csv', 'json')
      .option('--out <file>', 'a new file; printed when left out'),
    io,
  ).action(async (customer_id: string, options: ExportOptions) => {
    mustExist(options.data);
    const { format = 'json', brandId, out } = options;
    if (!['json', 'csv'].includes(format)) throw badRequest('--format', 'must be json or csv');
    const query = new URLSearchParams({ format, ...(brandId === undefined ? {} : { brand_id: brandId }) });
    const path = `/v1/customers/${pathPart('customer_id', customer_id)}/export?${query}`;
    const bytes = await withClient(io, open, options, (client) => client.file('GET', path));
    const text = format === 'json' ? `${JSON.stringify(JSON.parse(bytes.toString()), null, 2)}\n` : bytes.toString();
    if (out === undefined) io.out(text);
    else {
      writeNew(out, text);
      io.out(line`written to ${out}\n`);
    }
  });
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: MODE });
  } catch (error) {
    throw badRequest('--out', `${path} cannot be written (${(error as NodeJS.ErrnoException).code}); name a new file`);
  }
}
