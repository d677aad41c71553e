/**
 * Files that only their owner may read, written whole, and never through a link: a link in a folder that others may write to
 * would lead the program to another file.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { badRequest } from '../domain/errors.ts';

const MODE = 0o600;

/** Creates a file and returns its descriptor. @throws bad_request, naming `field`, when the name is taken, also by a link to nothing. */
export function createFile(path: string, field: string): number {
  try {
    return openSync(path, 'wx', MODE);
  } catch (error) {
    throw taken(path, field, error);
  }
}

/**
 * Opens a file for writing and keeps its content; makes it if it is not there. The name must belong to this file alone: no
 * symbolic link, and no second name, because a write would change the other one too. @throws bad_request, naming `field`.
 */
export function openOwnFile(path: string, field: string): number {
  refuseLink(path, field);
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, MODE);
  const found = fstatSync(fd);
  if (found.isFile() && found.nlink === 1) return fd;
  closeSync(fd);
  throw badRequest(
    field,
    `${path} is ${found.nlink > 1 ? 'a file with other names' : 'no file'}; remove it, or name another`,
  );
}

/** Makes an empty file if nothing has the name. It opens no file that is there. @throws bad_request, naming `field`, for a link. */
export function ensureFile(path: string, field: string): void {
  refuseLink(path, field);
  try {
    closeSync(openSync(path, 'wx', MODE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Writes a file that the user named, over what is there. @throws bad_request, naming `field`, as {@link openOwnFile}. */
export function overwriteFile(path: string, field: string, text: string): void {
  const fd = openOwnFile(path, field);
  try {
    ftruncateSync(fd);
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Gives a finished file a name that nothing has, also no link. @throws bad_request, naming `field`. */
export function nameFile(finished: string, path: string, field: string): void {
  closeSync(createFile(path, field));
  // It replaces the empty file of before, or a link that took its place, and never what a link leads to.
  renameSync(finished, path);
}

/** Writes a file whole: into a new file beside it, which is on disk before it gets the name. A link with the name is replaced. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.tmp`;
  rmSync(beside, { force: true });
  const fd = createFile(beside, 'file');
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, path);
}

/** @throws bad_request, naming `field`, when the path itself is a symbolic link, also one to nothing. */
export function refuseLink(path: string, field: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw badRequest(
      field,
      `${path} is a link, and the program writes through no link; remove it, or name what it leads to`,
    );
}

/** Waits until a file or the names in a folder are on disk. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function taken(path: string, field: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return error;
  refuseLink(path, field);
  return badRequest(field, `${path} exists already; name a new file or folder`);
}
