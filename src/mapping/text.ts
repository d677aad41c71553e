/** Reads a text file in pieces, in any encoding, with bounded memory. */
import { isAscii, isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import iconv from 'iconv-lite';
import { badRequest, type TributaryError } from '../domain/errors.ts';

export interface TextPiece {
  text: string;
  /** False if the piece held bytes that are not UTF-8. `text` has replacement characters for them. */
  utf8: boolean;
  /** Bytes of the file up to the end of this piece. */
  bytes_read: number;
}

/** The bytes of a file. They may be read more than once, each time from a place on. */
export interface FileBytes {
  path: string;
  size: number;
  pieces(from: number): AsyncIterable<Buffer>;
}

/** Rows of a piece live until they are sent, so a small piece leaves little to the collector of garbage. */
const PIECE_BYTES = 1 << 16;
/** So much of a file is looked at to find its encoding. */
const LOOK_BYTES = 16 << 20;
const HEAD_BYTES = 1 << 16;

export interface Encoding {
  name: string;
  /** Bytes of the byte order mark. */
  mark_bytes: number;
  /** False if the file was judged by its bytes alone. */
  sure: boolean;
}

/** The encoding of a file: by its byte order mark, else the one that is asked for, else by its bytes. @throws bad_request. */
export async function findEncoding(file: FileBytes, asked?: string): Promise<Encoding> {
  if (asked !== undefined && !iconv.encodingExists(asked))
    throw badRequest('--encoding', `${asked} is not known; name one such as utf-8, utf-16le, latin1 or windows-1252`);
  const head = await headOf(file);
  refuseOtherFiles(file.path, head);
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { name: 'utf-8', mark_bytes: 3, sure: true };
  if (head[0] === 0xff && head[1] === 0xfe) return { name: 'utf-16le', mark_bytes: 2, sure: true };
  if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be', mark_bytes: 2, sure: true };
  if (asked !== undefined) return { name: asked, mark_bytes: 0, sure: true };
  const wide = widthOf(head);
  if (wide !== undefined) return { name: wide, mark_bytes: 0, sure: false };
  return { name: (await isWindows1252(file)) ? 'windows-1252' : 'utf-8', mark_bytes: 0, sure: false };
}

async function headOf(file: FileBytes): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  for await (const bytes of file.pieces(0)) {
    head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
    if (head.length >= HEAD_BYTES) break;
  }
  return head.subarray(0, HEAD_BYTES);
}

/** Reads the text of a file. The byte order mark is dropped. */
export async function* readText(file: FileBytes, encoding: Encoding): AsyncGenerator<TextPiece> {
  const is_utf8 = /^utf-?8$/i.test(encoding.name);
  const decoder = is_utf8 ? undefined : iconv.getDecoder(encoding.name, { stripBOM: false });
  let rest: Buffer = Buffer.alloc(0);
  let bytes_read = encoding.mark_bytes;
  for await (const bytes of file.pieces(encoding.mark_bytes)) {
    bytes_read += bytes.length;
    if (decoder) {
      const text = decoder.write(bytes);
      yield { text, utf8: true, bytes_read };
      continue;
    }
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const end = characterEnd(all);
    rest = all.subarray(end);
    const whole = all.subarray(0, end);
    yield { text: whole.toString('utf8'), utf8: isUtf8(whole), bytes_read };
  }
  const text = decoder ? (decoder.end() ?? '') : rest.toString('utf8');
  if (text !== '') yield { text, utf8: decoder !== undefined || isUtf8(rest), bytes_read };
}

/** Remembers whether the pieces that a row may stand in are UTF-8: the last one, and those before it that ended no row. */
export class PiecesInUtf8 {
  private sound = true;
  private last = true;

  add({ utf8 }: Pick<TextPiece, 'utf8'>): void {
    this.sound &&= utf8;
    this.last = utf8;
  }

  /** @param rows that the last piece completed. @returns false if some of their bytes may not be UTF-8. */
  ofRows(rows: number): boolean {
    const { sound } = this;
    if (rows > 0) this.sound = this.last;
    return sound;
  }
}

export function bytesOf(path: string, size: number): FileBytes {
  return { path, size, pieces: (from) => pieces(path, from) };
}

async function* pieces(path: string, from: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    for (let at = from; ; ) {
      const buffer = Buffer.allocUnsafe(PIECE_BYTES);
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Where the last whole UTF-8 character ends: at most three bytes before the end. */
function characterEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** UTF-16 without a mark: text in Latin letters has a zero in every second byte. */
function widthOf(head: Buffer): string | undefined {
  let [even, odd] = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) i % 2 === 0 ? even++ : odd++;
  const half = head.length / 2;
  if (odd > half * 0.4 && even < half * 0.05) return 'utf-16le';
  if (even > half * 0.4 && odd < half * 0.05) return 'utf-16be';
  return undefined;
}

const UTF8_CHARACTERS = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;

/** True for a file that is not UTF-8, and whose high bytes make almost no UTF-8 anywhere: then each is a letter of its own. */
async function isWindows1252(file: FileBytes): Promise<boolean> {
  let [looked, valid, other] = [0, 0, 0];
  let rest: Buffer = Buffer.alloc(0);
  const look = (bytes: Buffer): void => {
    if (isAscii(bytes)) return;
    const text = bytes.toString('latin1');
    const found = text.match(UTF8_CHARACTERS) ?? [];
    valid += found.length;
    if (!isUtf8(bytes)) other += text.replace(UTF8_CHARACTERS, '').match(/[\x80-\xff]/g)?.length ?? 0;
  };
  for await (const bytes of file.pieces(0)) {
    looked += bytes.length;
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const end = characterEnd(all);
    look(all.subarray(0, end));
    rest = all.subarray(end);
    if (looked >= LOOK_BYTES) break;
  }
  if (looked < LOOK_BYTES) look(rest);
  return other > 10 * valid;
}

/** What other files begin with, and what to do with one. */
const OTHER_FILES: readonly { starts: readonly string[]; fix: string }[] = [
  {
    starts: ['PK\x03\x04'],
    fix: 'is a zip file or a workbook of Excel; open a workbook and save its sheet as csv (File > Save as > CSV UTF-8), or unpack the zip file',
  },
  { starts: ['\x1f\x8b'], fix: 'is compressed; unpack it with gunzip' },
  {
    starts: ['\xd0\xcf\x11\xe0'],
    fix: 'is an old workbook of Excel; open it and save its sheet as csv (File > Save as > CSV)',
  },
  { starts: ['PAR1'], fix: 'is a Parquet file; give it the ending .parquet' },
  { starts: ['%PDF-'], fix: 'is a PDF, which holds no rows; export the same report as csv' },
  {
    starts: ['<!doctype html', '<html'],
    fix: 'is a web page, such as the one that asks to log in; log in and download the file again',
  },
];

/** @throws bad_request for a file that is no text of rows, with what to do. */
function refuseOtherFiles(path: string, head: Buffer): void {
  const begin = head
    .subarray(0, 100)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  const other = OTHER_FILES.find(({ starts }) => starts.some((one) => begin.startsWith(one.toLowerCase())));
  if (other !== undefined) throw badRequest('FILE', `${path} ${other.fix}`);
}

/** The error for a file whose ending tells no reader: what its content tells, else the endings that do. */
export async function unknownFile(path: string): Promise<TributaryError> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    refuseOtherFiles(path, buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
  const fix = /\.json$/i.test(path)
    ? `; write one object a line: jq -c '.[]' FILE.json > FILE.ndjson`
    : '; rename or convert it';
  return badRequest('FILE', `${path} has no known extension (.csv, .tsv, .txt, .ndjson, .jsonl, .parquet)${fix}`);
}
