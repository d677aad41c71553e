/** Names of states, looked up by their bytes: a known name costs a look-up and no string. */
import { isUtf8 } from 'node:buffer';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import { MAX_STATES } from './paths.ts';

/** FNV-1a over bytes. The reader computes it while it looks for the end of a name. */
export const HASH_START = 0x811c9dc5;
export const HASH_PRIME = 0x01000193;

const FIRST_SLOTS = 1 << 10;

/** Open addressing. Every hit is compared byte by byte, so equal hashes never mix up two names. */
export class StateNames {
  readonly names: string[] = [];
  private readonly codes = new Map<string, number>();
  /** Number of the spelling + 1, or 0. */
  private slots = new Int32Array(FIRST_SLOTS);
  private readonly spellings: { hash: number; bytes: Uint8Array; code: number }[] = [];

  /**
   * The code of the name that is spelt `bytes[start] … bytes[end - 1]`.
   * @param hash FNV-1a of these bytes as a signed integer.
   * @param quoted true in a quoted cell, where two quotation marks in a row mean one.
   */
  codeOf(bytes: Uint8Array, start: number, end: number, hash: number, quoted: boolean, line: number): number {
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      const spelling = this.spellings[entry - 1]!;
      if (spelling.hash === hash && same(spelling.bytes, bytes, start, end)) return spelling.code;
      slot = (slot + 1) & mask;
    }
    return this.learn(bytes.slice(start, end), hash, quoted, line);
  }

  /** Two spellings may be one name: `a "b"` in a bare cell is `a ""b""` in a quoted one. */
  private learn(bytes: Uint8Array, hash: number, quoted: boolean, line: number): number {
    if (!isUtf8(bytes)) throw badRequest(`line ${line}`, 'has a touch that is not UTF-8; convert the file to UTF-8');
    const text = Buffer.from(bytes).toString('utf8');
    const name = quoted ? text.replaceAll('""', '"') : text;
    let code = this.codes.get(name);
    if (code === undefined) {
      code = this.names.length;
      if (code === MAX_STATES)
        throw new TributaryError(
          'too_large',
          `line ${line}: more than ${MAX_STATES.toLocaleString('en-US')} different touches; name them by channel or campaign`,
        );
      this.codes.set(name, code);
      this.names.push(name);
    }
    this.spellings.push({ hash, bytes, code });
    if (this.spellings.length * 4 <= this.slots.length) this.place(this.spellings.length);
    else this.grow();
    return code;
  }

  private place(entry: number): void {
    const mask = this.slots.length - 1;
    const { hash } = this.spellings[entry - 1]!;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry;
  }

  private grow(): void {
    this.slots = new Int32Array(this.slots.length * 2);
    for (let entry = 1; entry <= this.spellings.length; entry++) this.place(entry);
  }
}

function same(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
