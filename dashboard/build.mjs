/** Builds the dashboard into `dist/dashboard`: one page, and files whose names hold a hash of their content. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('.', import.meta.url));
const target = join(source, '../dist/dashboard');
// Files of earlier builds have other names.
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

const { metafile } = await build({
  entryPoints: { main: join(source, 'main.tsx') },
  outdir: target,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  alias: { react: 'preact/compat', 'react-dom': 'preact/compat', 'react/jsx-runtime': 'preact/jsx-runtime' },
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
  metafile: true,
});

const entry = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint?.endsWith('main.tsx'));
const icon = readFileSync(join(source, 'icon.svg'));
const icon_name = `icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`;
writeFileSync(join(target, icon_name), icon);
const page = readFileSync(join(source, 'index.html'), 'utf8')
  .replace('ICON', icon_name)
  .replace('SCRIPT', basename(entry[0]))
  .replace('STYLE', basename(entry[1].cssBundle));
writeFileSync(join(target, 'index.html'), page);
