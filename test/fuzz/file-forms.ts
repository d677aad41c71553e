/** The files that the program reads: a few small valid ones of each kind, and how they are read. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { PlanMapping } from '../../src/cli/import/plan-mapping.ts';
import { openRows } from '../../src/cli/import/rows.ts';
import { loadConfig } from '../../src/config.ts';
import { openScratch } from '../../src/files/scratch.ts';
import { itemsOf } from '../../src/log/batch.ts';
import { keepRecord } from '../../src/log/kept-record.ts';
import { SeenIds } from '../../src/log/seen-ids.ts';
import { decodeEntry, encodeEntry, encodeLines, readableBytes, readLines } from '../../src/log/segment.ts';
import { readPaths } from '../../src/models/paths/path-file.ts';
import { FileState } from '../../src/state/file.ts';
import { manifestOf, parseManifest } from '../../src/warehouse/manifest.ts';
import { PRIVACY, TOUCH } from '../support/events.ts';
import { good } from '../support/read.ts';

export interface FileForm {
  name: string;
  /** How often it is chosen; less if reading takes long. */
  share: number;
  samples: Buffer[];
  /** Gives changed bytes a right checksum. */
  seal?: (bytes: Buffer) => Buffer;
  read: (bytes: Buffer) => Promise<void>;
}

const CSV = [
  'customer_id,touchpoint_type,occurred_at,url\r\n"a ""b""",email_click,2026-03-01T00:00:00Z,"x\ny"\r\nc,email_open,2026-03-02T00:00:00Z,\r\n',
  '\uFEFFcustomer_id;touchpoint_type;occurred_at\na;email_click;2026-03-01T00:00:00Z\n',
  'customer_id\ttouchpoint_type\toccurred_at\na\temail_click\t2026-03-01T00:00:00Z',
  `customer_id,url\na,"${'x'.repeat(40_000)}"\n`,
  `${'a,'.repeat(3_000)}b\n${'1,'.repeat(3_000)}2\n`,
];
/** A file of the reader's own forms: a stray quote, a quote that would swallow rows, a line for the delimiter, line ends of old Macs. */
const GUARDED = [
  'customer_id,touchpoint_type,occurred_at\na,email_click,"2026-03-01\nb,email_open,2026-03-01T00:00:00Z\n',
  'sep=;\r\ncustomer_id;touchpoint_type\r\n"5 inch;x\r\na;b\r\nc 7";d\r\n',
  'customer_id,touchpoint_type\ra,"x\ry"\rb,5" z\r',
];

/** The same text in each encoding that is told by a mark, and in those that are told by their bytes. */
function encoded([text = '']: readonly string[]): Buffer[] {
  const marked = `\ufeff${text}`;
  const wide = Buffer.from(marked, 'utf16le');
  return [
    Buffer.from(text, 'utf16le'),
    wide,
    Buffer.from(wide).swap16(),
    Buffer.from(text.replace('email', 'é-mail'), 'latin1'),
    ...GUARDED.map((one) => Buffer.from(one)),
  ];
}

const PATHS = [
  'path,total_conversions,total_conversion_value,total_null\na > b > a,3,10.5,7\nb,1,2,0\n"a > c",2,1,4\n',
  '\uFEFFtotal_null;path;total_conversions\n1;a>b;2\n',
  `path,total_conversions\n${'a > '.repeat(3_000)}b,1\n`,
];
const CONFIG = {
  defaults: { currency: 'USD', time_zone: 'Europe/Berlin', windows: { view_days: 1, email_days: 7, click_days: 30 } },
  brands: {
    'shop-eu': {
      position: { first: 0.4, last: 0.4 },
      custom_models: { mine: "case when channel = 'email' then 2 else 1 end * pow(0.5, age_days / 3)" },
    },
  },
  fits: [{ model: 'markov', every_hours: 24 }],
  limits: { max_body_bytes: 5_000_000, max_items: 1_000 },
  warehouse: 'clickhouse://user@host:8123/database?cluster=one',
  state: 'postgres://user@host:5432/database',
  trust_proxy: ['10.0.0.0/8'],
};

/** @param folder an empty folder that goes with the run */
export async function fileForms(folder: string): Promise<FileForm[]> {
  const at = (name: string, bytes: Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const rows = (name: string) => async (bytes: Buffer) => {
    const source = await openRows(at(name, bytes), () => true);
    try {
      const mapping = new PlanMapping({ records: [{ record: 'touchpoints', fields: {} }] });
      mapping.bind(source);
      for await (const portion of source.rows(0)) for (const row of portion.rows) mapping.take(row, [[]]);
    } finally {
      await source.close();
    }
  };
  const texts = (list: readonly string[]): Buffer[] => list.map((text) => Buffer.from(text));
  return [
    { name: 'csv', share: 20, samples: [...texts(CSV), ...encoded(CSV)], read: rows('r.csv') },
    { name: 'tsv', share: 4, samples: texts(CSV), read: rows('r.tsv') },
    {
      name: 'ndjson',
      share: 15,
      samples: texts([
        `${JSON.stringify(TOUCH)}\n\n${JSON.stringify({ ...TOUCH, custom_attributes: { a: [1, { b: 2 }] } })}\n`,
      ]),
      read: rows('r.ndjson'),
    },
    { name: 'parquet', share: 3, samples: [await parquet(folder)], read: rows('r.parquet') },
    { name: 'paths', share: 20, samples: texts(PATHS), read: async (bytes) => void readPaths(pieces(bytes)) },
    {
      name: 'config',
      share: 20,
      samples: texts([JSON.stringify(CONFIG)]),
      read: async (bytes) => void loadConfig(at('c.json', bytes), {}),
    },
    {
      name: 'manifest',
      share: 10,
      samples: texts([JSON.stringify(manifestOf({ spend: { rows: 1, bytes: 2, sha256: 'ab' } }))]),
      read: async (bytes) => void parseManifest(bytes.toString(), 'manifest.json'),
    },
    {
      name: 'segment',
      share: 12,
      samples: [segment()],
      seal: sealLines,
      read: async (bytes) => readSegment(at('s.seg', bytes)),
    },
    {
      name: 'known ids',
      share: 3,
      samples: [await knownIds(folder)],
      seal: sealHeader,
      read: async (bytes) => void (await SeenIds.load(at('k.bloom', bytes))),
    },
    {
      name: 'state',
      share: 3,
      samples: [await stateFile(folder)],
      read: async (bytes) => {
        const own = mkdtempSync(join(folder, 'state-'));
        try {
          await readState(at(join(basename(own), 'state.db'), bytes));
        } finally {
          rmSync(own, { recursive: true });
        }
      },
    },
  ];
}

function* pieces(bytes: Buffer): Generator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += 97) yield Uint8Array.from(bytes.subarray(i, i + 97));
}

async function parquet(folder: string): Promise<Buffer> {
  const path = join(folder, 'sample.parquet');
  const { connection, close } = await openScratch(1);
  await connection.run(
    `copy (select 'c' || i as customer_id, 'email_click' as touchpoint_type, timestamp '2026-03-01' as occurred_at, i as n from range(50) r(i)) to '${path}' (format parquet)`,
  );
  close();
  return readFileSync(path);
}

function segment(): Buffer {
  const kept = [1, 2].map((n) =>
    keepRecord('touchpoints', good('touchpoints', { ...TOUCH, touchpoint_id: `t${n}` }), PRIVACY),
  );
  const head = { source: 'api', privacy: 'x', received_at: 1_772_000_000_000 };
  return encodeLines([encodeEntry(head, 1, kept), encodeEntry(head, 3, kept)]).bytes;
}

/** Lines of a segment, each with the checksum of what it holds. */
function sealLines(bytes: Buffer): Buffer {
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.length > 9);
  return Buffer.from(
    lines.map((line) => `${crc32(line.slice(9)).toString(16).padStart(8, '0')} ${line.slice(9)}\n`).join(''),
  );
}

async function readSegment(path: string): Promise<void> {
  const end = await readableBytes(path, () => undefined);
  const handle = await open(path, 'r');
  try {
    for await (const { line } of readLines(handle, 0, end)) {
      const entry = decodeEntry(line);
      if (entry) for (const item of itemsOf(entry, 0, PRIVACY)) void item;
    }
  } finally {
    await handle.close();
  }
}

async function knownIds(folder: string): Promise<Buffer> {
  const ids = new SeenIds();
  for (let i = 0; i < 100; i++) ids.add(`touchpoints\0default\0${i}`);
  const path = join(folder, 'sample.bloom');
  await ids.save(path, 100);
  return readFileSync(path);
}

async function stateFile(folder: string): Promise<Buffer> {
  const path = join(folder, 'sample.db');
  const state = await FileState.open(path);
  await state.transaction(async (t) => {
    await t.put('keys', 'a', { name: 'é', scopes: ['write'] });
    await t.put('cursors', 'fits', { ran_ms: 1 });
  });
  await state.close();
  return readFileSync(path);
}

async function readState(path: string): Promise<void> {
  const state = await FileState.open(path);
  try {
    await state.list('keys');
    await state.revision('keys');
    await state.transaction(async (t) => {
      await t.put('cursors', 'fits', (await t.get('cursors', 'fits')) ?? null);
      await t.delete('keys', 'a');
    });
  } finally {
    await state.close();
  }
}

function sealHeader(bytes: Buffer): Buffer {
  const newline = bytes.indexOf(10);
  if (newline < 0) return bytes;
  const text = bytes.toString('utf8', bytes.indexOf(32) + 1, newline);
  return Buffer.concat([Buffer.from(`${crc32(text)} ${text}`), bytes.subarray(newline)]);
}
