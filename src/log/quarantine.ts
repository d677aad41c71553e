/** Segments that were set aside because of damaged lines: what is in them of erased people is taken out. */
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncToDisk } from '../files/private.ts';
import { decodeEntry, type SpooledRecord } from './segment.ts';

/** What leaves a segment. Its readable records are loaded already, so a whole line can go. */
export interface GoneLines {
  /** True if a record names an erased person. */
  names: (record: SpooledRecord) => boolean;
  /** True if a damaged line holds an id of an erased person. */
  holds: (line: Buffer) => boolean;
}

const MODE = 0o600;

/** @returns the names of the segments that were written anew. */
export async function eraseQuarantined(folder: string, gone: GoneLines): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const changed: string[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const lines = splitLines(await readFile(path));
    const left = lines.filter((line) => !isGone(line, gone));
    if (left.length === lines.length) continue;
    await writeAnew(path, Buffer.concat(left));
    changed.push(name);
  }
  return changed;
}

/** The lines of a file, each with its end. A segment is read whole: it has some megabytes. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(10, from);
    const end = newline < 0 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(from, end));
    from = end;
  }
  return lines;
}

function isGone(line: Buffer, { names, holds }: GoneLines): boolean {
  const entry = entryOf(line.toString('utf8').replace(/\n$/, ''));
  return entry === undefined ? holds(line) : entry.items.some(names);
}

/** A line of a newer program is whole, and this one cannot read it. */
function entryOf(text: string): ReturnType<typeof decodeEntry> {
  try {
    return decodeEntry(text);
  } catch {
    return undefined;
  }
}

async function writeAnew(path: string, bytes: Buffer): Promise<void> {
  const beside = `${path}.part`;
  await rm(beside, { force: true });
  const file = await open(beside, 'wx', MODE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncToDisk(path);
}
