/**
 * The filter of known ids: a scalable Bloom filter (Almeida et al. 2007, growing layers) of the ids that were loaded. A new id
 * needs no look-up in the warehouse: the answer "no" is certain. The answer "maybe" is looked up in the warehouse.
 *
 * 32 bits per id and 12 probes give about one false "maybe" in a million. The filter is saved in the data folder with the log
 * position that it covers; a missing or damaged file is rebuilt from the log.
 */
import { existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { RecordName } from '../domain/index.ts';
import type { Cell } from '../warehouse/schema.ts';

const BITS_PER_ID = 32;
const PROBES = 12;
const FIRST_LAYER_IDS = 1 << 18;
const GROWTH = 4;
const MAGIC = 'tributary-ids-1';

/** A part of the filter. Its words are shared memory: see {@link SeenIds.share}. */
export interface Layer {
  capacity: number;
  count: number;
  words: Uint32Array;
}

/** The key of a record in the filter. Saved filters hold its hash, so it never changes. */
export function idKey(record: RecordName, brand_id: Cell | undefined, id: Cell | undefined): string {
  return `${record}\0${brand_id}\0${id}`;
}

export class SeenIds {
  private layers: Layer[] = [];

  /**
   * The layers, for a thread that adds to the filter in the place of this one: it makes a filter of them, and the other takes back
   * its layers after each addition. If that thread ends, the filter has ids that were not loaded. They are looked up in vain.
   */
  share(): readonly Layer[] {
    return this.layers;
  }

  /** Takes the layers that {@link share} gives in another thread. */
  take(layers: readonly Layer[]): void {
    this.layers = [...layers];
  }

  /** True when the key may have been added before; false is certain. Adds it either way. */
  add(key: string): boolean {
    hashTexts(key);
    return this.addHash(hash_a, hash_b);
  }

  /** The same for a record, by what {@link idKey} makes its key of. */
  addRecord(record: RecordName, brand_id: string, id: string): boolean {
    hashTexts(record, brand_id, id);
    return this.addHash(hash_a, hash_b);
  }

  /** The same by the two hashes of its key. */
  addHash(a: number, b: number): boolean {
    for (const layer of this.layers) if (has(layer, a, b)) return true;
    let layer = this.layers[this.layers.length - 1];
    if (!layer || layer.count >= layer.capacity) {
      layer = newLayer(layer ? layer.capacity * GROWTH : FIRST_LAYER_IDS);
      this.layers.push(layer);
    }
    set(layer, a, b);
    layer.count += 1;
    return false;
  }

  /** True when the key may have been added before; false is certain. */
  has(key: string): boolean {
    hashTexts(key);
    const [a, b] = [hash_a, hash_b];
    return this.layers.some((layer) => has(layer, a, b));
  }

  get bytes(): number {
    return this.layers.reduce((sum, layer) => sum + layer.words.byteLength, 0);
  }

  get count(): number {
    return this.layers.reduce((sum, layer) => sum + layer.count, 0);
  }

  /** Writes the filter to a temporary file and renames it, so that a crash leaves the old file. */
  async save(path: string, log_seq: number): Promise<void> {
    // The last layer changes while it is written, so it is copied. Full layers do not change.
    const layers = this.layers.map((layer, i) =>
      i === this.layers.length - 1 ? { ...layer, words: layer.words.slice() } : layer,
    );
    const header = JSON.stringify({
      magic: MAGIC,
      log_seq,
      layers: layers.map(({ capacity, count, words }) => ({ capacity, count, crc: checksum(words) })),
    });
    // A file that a crash left goes first: the new one is never written through a link.
    await rm(`${path}.tmp`, { force: true });
    const handle = await open(`${path}.tmp`, 'wx');
    try {
      await writeAll(handle, Buffer.from(`${crc32(header)} ${header}\n`));
      for (const layer of layers)
        await writeAll(handle, Buffer.from(layer.words.buffer, layer.words.byteOffset, layer.words.byteLength));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.tmp`, path);
  }

  /** The saved filter and the log position that it covers; undefined when the file is missing or damaged. */
  static async load(path: string): Promise<{ ids: SeenIds; log_seq: number } | undefined> {
    if (!existsSync(path)) return undefined;
    try {
      const file = await readFile(path);
      const newline = file.indexOf(10);
      const [crc, text = ''] = split(file.toString('utf8', 0, newline));
      if (crc !== String(crc32(text))) return undefined;
      const header = JSON.parse(text) as {
        magic: string;
        log_seq: number;
        layers: Array<{ capacity: number; count: number; crc: number }>;
      };
      if (header.magic !== MAGIC) return undefined;
      const ids = new SeenIds();
      let offset = newline + 1;
      for (const { capacity, count, crc: layer_crc } of header.layers) {
        const layer = newLayer(capacity);
        const size = layer.words.byteLength;
        if (offset + size > file.length) return undefined;
        Buffer.from(layer.words.buffer).set(file.subarray(offset, offset + size));
        if (checksum(layer.words) !== layer_crc) return undefined;
        layer.count = count;
        ids.layers.push(layer);
        offset += size;
      }
      return { ids, log_seq: header.log_seq };
    } catch {
      return undefined;
    }
  }
}

/** Splits a line into its checksum and its text. */
function split(line: string): string[] {
  const space = line.indexOf(' ');
  return [line.slice(0, space), line.slice(space + 1)];
}

function newLayer(capacity: number): Layer {
  return { capacity, count: 0, words: new Uint32Array(new SharedArrayBuffer((capacity * BITS_PER_ID) / 8)) };
}

function checksum(words: Uint32Array): number {
  return crc32(Buffer.from(words.buffer, words.byteOffset, words.byteLength));
}

async function writeAll(handle: Awaited<ReturnType<typeof open>>, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, offset, Math.min(bytes.length - offset, 1 << 26));
    offset += bytesWritten;
  }
}

function has(layer: Layer, a: number, b: number): boolean {
  const words = layer.words;
  const size = words.length;
  let probe = a;
  for (let i = 0; i < PROBES; i++) {
    if ((words[(probe >>> 5) % size]! & (1 << (probe & 31))) === 0) return false;
    probe = nextProbe(probe, b, i);
  }
  return true;
}

function set(layer: Layer, a: number, b: number): void {
  const words = layer.words;
  const size = words.length;
  let probe = a;
  for (let i = 0; i < PROBES; i++) {
    words[(probe >>> 5) % size]! |= 1 << (probe & 31);
    probe = nextProbe(probe, b, i);
  }
}

/** A 32-bit probe can address 2^27 words. Mixing after each step spreads the probes of large layers. */
function nextProbe(probe: number, b: number, i: number): number {
  let next = (probe + b + i * 0x9e3779b9) | 0;
  next = Math.imul(next ^ (next >>> 15), 0x2c1b3c6d);
  return (next ^ (next >>> 12)) >>> 0;
}

/** The two 32-bit hashes of the last call of {@link hashTexts}. Variables, because an array for each id would be garbage. */
export let hash_a = 0;
export let hash_b = 0;

/**
 * Hashes texts with a NUL between them, as one text (two MurmurHash3-style streams over its code units), without making that text.
 * Leaves the hashes in {@link hash_a} and {@link hash_b}.
 */
export function hashTexts(first: string, second?: string, third?: string): void {
  let length = first.length;
  if (second !== undefined) length += 1 + second.length;
  if (third !== undefined) length += 1 + third.length;
  hash_a = 0x9747b28c ^ length;
  hash_b = 0x85ebca6b ^ length;
  hashText(first);
  if (second !== undefined) {
    hashCode(0);
    hashText(second);
  }
  if (third !== undefined) {
    hashCode(0);
    hashText(third);
  }
  hash_a = finish(hash_a);
  hash_b = finish(hash_b);
}

function hashText(text: string): void {
  let [a, b] = [hash_a, hash_b];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x5bd1e995);
    a ^= a >>> 15;
    b = Math.imul(b ^ code, 0xc2b2ae35);
    b ^= b >>> 13;
  }
  [hash_a, hash_b] = [a, b];
}

function hashCode(code: number): void {
  hash_a = Math.imul(hash_a ^ code, 0x5bd1e995);
  hash_a ^= hash_a >>> 15;
  hash_b = Math.imul(hash_b ^ code, 0xc2b2ae35);
  hash_b ^= hash_b >>> 13;
}

function finish(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
