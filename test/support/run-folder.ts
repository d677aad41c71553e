/** One folder for all that a run of tests writes. It goes at the end of the run, and that of a run that was killed goes at the next one. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^tributary-run-(\d+)-/;

/** Every worker, and every process that a test begins, inherits the folder as its place for temporary files. */
export default function setup(): (() => void) | undefined {
  const outer = tmpdir();
  // Each project calls this: the first has made the folder.
  if (outer.includes(`tributary-run-${process.pid}-`)) return undefined;
  for (const name of readdirSync(outer)) {
    const pid = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (!isRunning(pid)) rmSync(join(outer, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(outer, `tributary-run-${process.pid}-`));
  // PostgreSQL runs as a user of its own, whose data is in here.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
