/** The package as `npm pack` makes it, in a folder that has nothing else but what it depends on. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Packs what is compiled. @returns the path of the archive. */
export function packedInto(folder: string): string {
  const [name] = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  }).split('\n');
  return join(folder, name!);
}

/**
 * A project whose only package is this one. The packages that it names as its own are those of the repository; others are not found.
 * @returns the paths of the files in the package.
 */
export function projectWithPackage(folder: string): string[] {
  const archive = packedInto(folder);
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', modules]);
  renameSync(join(modules, 'package'), join(modules, 'tributary'));
  const { dependencies } = JSON.parse(readFileSync(join(modules, 'tributary/package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const listed = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).trim().split('\n');
  return listed.map((path) => path.replace('package/', ''));
}
