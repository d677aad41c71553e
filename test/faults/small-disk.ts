/**
 * A disk that can be full: a file system of its own in a file (ext4, loop-mounted), where this machine lets us; else no
 * file of the server may grow any more (RLIMIT_FSIZE, set from outside while it runs), which its writes meet as a refusal too.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from './server.ts';
import type { Stage } from './stage.ts';

export interface SmallDisk {
  /** What stands for the disk here, in words. */
  what: string;
  /** Takes what room there is; told again, it takes what was given back meanwhile. */
  fill(server: Server): void;
  free(server: Server): void;
}

/** Puts a folder of the stage on a disk of its own. */
export function putOnSmallDisk(stage: Stage, folder: string, megabytes: number): SmallDisk {
  return mounted(stage, folder, megabytes) ?? limited();
}

function mounted(stage: Stage, folder: string, megabytes: number): SmallDisk | undefined {
  const image = join(stage.folder, 'disk.img');
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(image, '');
    truncateSync(image, megabytes * 2 ** 20);
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  stage.cleanUp.push(() => execFileSync('umount', ['-l', folder]));
  const ballast = join(folder, 'ballast');
  return {
    what: `an ext4 file system of ${megabytes} MB`,
    fill: () => fillUp(ballast),
    free: () => rmSync(ballast),
  };
}

/** Writes until there is no room for another kilobyte. */
function fillUp(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let bytes = 2 ** 20; bytes >= 1_024; ) {
      try {
        if (writeSync(file, Buffer.alloc(bytes)) < bytes) bytes /= 2;
      } catch {
        bytes /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}

function limited(): SmallDisk {
  const limit = (server: Server, bytes: string): void => {
    if (server.alive) execFileSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:unlimited`]);
  };
  return {
    what: 'a limit on the size of files, since no file system could be mounted here',
    fill: (server) => limit(server, '1'),
    free: (server) => limit(server, 'unlimited'),
  };
}
