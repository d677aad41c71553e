/** Bytes that mean something in a path file, and where its cells and names end. */

export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
/** Between two touches. */
export const ARROW = 0x3e;

export function joined(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

export function pastBlanks(bytes: Uint8Array, start: number, delimiter: number): number {
  let at = start;
  while ((bytes[at] === SPACE || bytes[at] === TAB) && bytes[at] !== delimiter) at++;
  return at;
}

export function endsCell(bytes: Uint8Array, at: number, delimiter: number): boolean {
  const byte = bytes[at];
  return byte === delimiter || byte === NEWLINE || (byte === RETURN && bytes[at + 1] === NEWLINE);
}

export function endsName(bytes: Uint8Array, at: number, quoted: boolean, delimiter: number): boolean {
  const byte = bytes[at];
  if (byte === ARROW || byte === NEWLINE) return true;
  if (quoted) return byte === QUOTE && bytes[at + 1] !== QUOTE;
  return byte === delimiter || (byte === RETURN && bytes[at + 1] === NEWLINE);
}
