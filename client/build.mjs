/** Builds the client into `dist/client`: one file for Node and browsers. The compiler has put its types there already. */
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
await build({
  entryPoints: [here('index.ts')],
  outfile: here('../dist/client/index.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
});
copyFileSync(here('../dashboard/api/answers.d.ts'), here('../dist/client/answers.d.ts'));
