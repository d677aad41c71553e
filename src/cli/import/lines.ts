/** Reads a text file as blocks of whole lines, with bounded memory. Each block says whether its bytes are UTF-8. */
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { badRequest } from '../../domain/errors.ts';

interface Block {
  text: string;
  /** False if the block held bytes that are not UTF-8. `text` has replacement characters for them. */
  utf8: boolean;
  /** Bytes of the file up to the end of this block. */
  bytes_read: number;
}

const BLOCK_BYTES = 1 << 20;
const MAX_LINE_BYTES = 64 << 20;
const NEWLINE = 0x0a;

/** Reads whole lines; the last block may lack its newline. A byte order mark is dropped. */
export async function* readBlocks(path: string): AsyncGenerator<Block> {
  const file = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let bytes_read = 0;
    const decode = (bytes: Buffer): Block => {
      const text = bytes.toString('utf8');
      const first = bytes_read === 0 && text.startsWith('\ufeff');
      bytes_read += bytes.length;
      return { text: first ? text.slice(1) : text, utf8: isUtf8(bytes), bytes_read };
    };
    for (;;) {
      const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, BLOCK_BYTES);
      if (bytesRead === 0) break;
      const all =
        rest.length === 0 ? buffer.subarray(0, bytesRead) : Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = all.lastIndexOf(NEWLINE) + 1;
      rest = all.subarray(end);
      if (rest.length > MAX_LINE_BYTES)
        throw badRequest('FILE', `${path} has a line longer than ${MAX_LINE_BYTES >> 20} MB; check its format`);
      if (end > 0) yield decode(all.subarray(0, end));
    }
    if (rest.length > 0) yield decode(rest);
  } finally {
    await file.close();
  }
}
