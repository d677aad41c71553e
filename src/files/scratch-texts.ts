/**
 * Reads a column of texts from a chunk of DuckDB's client as bytes. The client makes a text of each cell with three calls; texts that
 * the engine computed stand one after the other in its memory, and are copied together here.
 */
import duckdb from '@duckdb/node-bindings';

/** How the engine holds a text: its length, then its bytes if they are at most 12, else four of them and their address. */
const TEXT_BYTES = 16;
const INLINE_BYTES = 12;
const TWO_32 = 2 ** 32;

/** A chunk as the client makes it. Its types hide the chunk of the bindings. */
interface Chunk {
  readonly rowCount: number;
}

/** The texts of a column without nulls in UTF-8, one after the other. The bytes are copied, so they outlive the chunk. */
export function textsOf(chunk: Chunk, column: number): Uint8Array<ArrayBuffer> {
  const { chunk: native } = chunk as unknown as { chunk: duckdb.DataChunk };
  const rows = chunk.rowCount;
  const held = duckdb.vector_get_data(duckdb.data_chunk_get_vector(native, column), rows * TEXT_BYTES);
  const view = new DataView(held.buffer, held.byteOffset, held.byteLength);
  const pieces: Uint8Array[] = [];
  /** Texts that follow each other: the place of the first one, and its address and that after the last one. */
  let run: { at: number; start: number; end: number } | undefined;
  const finish = (): void => {
    if (run === undefined) return;
    const address_at = held.byteOffset + run.at + 8;
    pieces.push(duckdb.get_data_from_pointer(held.buffer as ArrayBuffer, address_at, run.end - run.start));
    run = undefined;
  };
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const at = i * TEXT_BYTES;
    const length = view.getUint32(at, true);
    total += length;
    if (length <= INLINE_BYTES) {
      finish();
      pieces.push(held.subarray(at + 4, at + 4 + length));
      continue;
    }
    const address = view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * TWO_32;
    if (run?.end !== address) {
      finish();
      run = { at, start: address, end: address };
    }
    run.end += length;
  }
  finish();
  const bytes = new Uint8Array(total);
  let from = 0;
  for (const piece of pieces) {
    bytes.set(piece, from);
    from += piece.length;
  }
  return bytes;
}
