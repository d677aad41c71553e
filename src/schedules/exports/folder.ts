/** Puts files into a folder of this machine. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TributaryError } from '../../domain/errors.ts';
import { refuseLink, syncToDisk } from '../../files/private.ts';
import type { Place } from './place.ts';

const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

export function folderPlace(folder: string): Place {
  const nameOf = (name: string): string => join(folder, name);
  return {
    nameOf,
    put: async (name, content) => {
      const path = nameOf(name);
      const beside = `${path}.part`;
      try {
        await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
        refuseLink(path, 'folder');
        // What a process left that ended in between.
        await rm(beside, { force: true });
        const file = await open(beside, 'wx', FILE_MODE);
        try {
          await file.writeFile(content);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(beside, path);
        await syncToDisk(dirname(path));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (error instanceof TributaryError || code === undefined) throw error;
        throw new TributaryError('unprocessable', `${path} cannot be written (${code})`);
      }
    },
  };
}
