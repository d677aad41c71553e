/** Reads a text file in pieces, in any encoding, with bounded memory. */
import { isAscii, isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import iconv from 'iconv-lite';
import { badRequest } from '../../domain/errors.ts';

export interface TextPiece {
  text: string;
  /** False if the piece held bytes that are not UTF-8. `text` has replacement characters for them. */
  utf8: boolean;
  /** Bytes of the file up to the end of this piece. */
  bytes_read: number;
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
export async function findEncoding(path: string, asked?: string): Promise<Encoding> {
  if (asked !== undefined && !iconv.encodingExists(asked))
    throw badRequest('--encoding', `${asked} is not known; name one such as utf-8, utf-16le, latin1 or windows-1252`);
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    refuseOtherFiles(path, head);
    if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { name: 'utf-8', mark_bytes: 3, sure: true };
    if (head[0] === 0xff && head[1] === 0xfe) return { name: 'utf-16le', mark_bytes: 2, sure: true };
    if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be', mark_bytes: 2, sure: true };
    if (asked !== undefined) return { name: asked, mark_bytes: 0, sure: true };
    const wide = widthOf(head);
    if (wide !== undefined) return { name: wide, mark_bytes: 0, sure: false };
  } finally {
    await file.close();
  }
  return { name: (await isWindows1252(path)) ? 'windows-1252' : 'utf-8', mark_bytes: 0, sure: false };
}

/** Reads the text of a file. The byte order mark is dropped. */
export async function* readText(path: string, encoding: Encoding): AsyncGenerator<TextPiece> {
  const is_utf8 = /^utf-?8$/i.test(encoding.name);
  const decoder = is_utf8 ? undefined : iconv.getDecoder(encoding.name, { stripBOM: false });
  let rest: Buffer = Buffer.alloc(0);
  let bytes_read = encoding.mark_bytes;
  for await (const bytes of pieces(path, encoding.mark_bytes)) {
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

async function* pieces(path: string, start: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    for (let at = start; ; ) {
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
async function isWindows1252(path: string): Promise<boolean> {
  let [looked, valid, other] = [0, 0, 0];
  let rest: Buffer = Buffer.alloc(0);
  const look = (bytes: Buffer): void => {
    if (isAscii(bytes)) return;
    const text = bytes.toString('latin1');
    const found = text.match(UTF8_CHARACTERS) ?? [];
    valid += found.length;
    if (!isUtf8(bytes)) other += text.replace(UTF8_CHARACTERS, '').match(/[\x80-\xff]/g)?.length ?? 0;
  };
  for await (const bytes of pieces(path, 0)) {
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

function refuseOtherFiles(path: string, head: Buffer): void {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (starts(0x50, 0x4b, 3, 4))
    throw badRequest('FILE', `${path} is a zip file or a workbook; save the sheet as csv, or unpack it`);
  if (starts(0x1f, 0x8b)) throw badRequest('FILE', `${path} is compressed; unpack it with gunzip`);
  if (starts(0xd0, 0xcf, 0x11, 0xe0)) throw badRequest('FILE', `${path} is an old workbook; save the sheet as csv`);
  if (starts(0x50, 0x41, 0x52, 0x31))
    throw badRequest('FILE', `${path} is a Parquet file; give it the ending .parquet`);
}
