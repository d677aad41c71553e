/** Looks for texts in every byte of a folder, in each form in which a program may write a text. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { subjectKey } from '../../src/domain/subject.ts';

/** The forms of a text in bytes: as it is, in UTF-16, in hex, in base64 at each of its three places, and percent-encoded. */
export function formsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first characters depend on what stands before, and the last one on what follows.
    return encoded.slice(Math.ceil((shift * 8) / 6), bytes.length > 3 ? -1 : undefined);
  });
  const texts = [
    text,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(texts)].map((form) => Buffer.from(form)).concat(Buffer.from(text, 'utf16le'));
}

/** The key of an id as the program stores it: eight bytes in either order. */
export function keyForms(brand_id: string, id: string): Buffer[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(subjectKey(brand_id, id));
  return [bytes, Buffer.from(bytes).reverse()];
}

/** The files of a folder, and of the folders within it. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry: Dirent) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
  });
}

/** Where a text is found, as `file: text`. */
export function found(folder: string, texts: readonly string[]): string[] {
  return filesIn(folder).flatMap((path) => {
    const bytes = readFileSync(path);
    return texts
      .filter((text) => formsOf(text).some((form) => bytes.includes(form)))
      .map((text) => `${path.slice(folder.length + 1)}: ${text}`);
  });
}
