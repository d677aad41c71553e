/** Failures of files and folders that a user named, in words. */
import { TributaryError } from '../domain/errors.ts';

/** What is wrong with the path, and the fix, by the code of the system. */
const SENTENCES: Readonly<Record<string, string>> = {
  EACCES: 'may not be used by this user; change its rights, or name another path',
  EPERM: 'may not be used by this user; change its rights, or name another path',
  EROFS: 'is on a disk that can only be read; name another path',
  ENOENT: 'does not exist; check the path',
  ENOTDIR: 'is in a file, not in a folder; name another path',
  EISDIR: 'is a folder; name a file',
  EEXIST: 'exists already; name a new file or folder',
  ENOTEMPTY: 'is a folder that is not empty; name a new one',
  ENAMETOOLONG: 'is too long for a path; name a shorter one',
  ELOOP: 'leads through too many links; name what they lead to',
  ENOSPC: 'is on a full disk; make room, or name another disk',
  EDQUOT: 'is over the quota of this user; make room, or name another disk',
  EMFILE: 'cannot be opened, because too many files are open; raise the limit of open files (ulimit -n)',
  ENFILE: 'cannot be opened, because too many files are open on this machine',
  EIO: 'cannot be read or written; check the disk',
};

/** The failure of a call of the file system as an error for people; undefined for any other error. */
export function fileFailure(error: unknown): TributaryError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path, dest, syscall } = error as NodeJS.ErrnoException & { dest?: string };
  const sentence = SENTENCES[code];
  if (sentence === undefined || syscall === undefined || path === undefined) return undefined;
  return new TributaryError('bad_request', `${dest ?? path} ${sentence} (${code})`, { cause: error });
}
