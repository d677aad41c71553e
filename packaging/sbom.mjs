/**
 * Prints the bill of materials of the program: every package that is installed with it, on every platform, as CycloneDX.
 * `npm run --silent sbom -- --sbom-format spdx` prints SPDX. `npm sbom --omit dev` alone leaves out packages that are not for development
 * only (of npm 11.19: cli-table3, strip-json-comments), so it is asked about a project without packages for development.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const { devDependencies: _, ...project } = read('package.json');
const { packages, ...lock } = read('package-lock.json');
const { devDependencies: __, ...own } = packages[''];
const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);

const outer = mkdtempSync(join(tmpdir(), 'sbom-'));
// npm writes the name of the folder into the list.
const folder = join(outer, project.name);
try {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  const without = { ...lock, packages: { '': own, ...Object.fromEntries(installed) } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(without));
  const flags = ['--package-lock-only', '--sbom-type', 'application', '--sbom-format', 'cyclonedx'];
  execFileSync('npm', ['sbom', ...flags, ...process.argv.slice(2)], { cwd: folder, stdio: 'inherit' });
} finally {
  rmSync(outer, { recursive: true });
}
