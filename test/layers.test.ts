/** The house rules that a machine can check: arrows point up the list, one place opens the engine, files stay short. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

const ARCHITECTURE = readFileSync(resolve(import.meta.dirname, '../ARCHITECTURE.md'), 'utf8');

/**
 * The folders of the table under "Layers" in ARCHITECTURE.md, from the top: a folder may import from itself and from those
 * above it. Names that end in `.ts` are files at the root of src.
 */
const LAYERS = layersOf(ARCHITECTURE);

function layersOf(page: string): string[] {
  const section = page.slice(page.indexOf('## Layers'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!).join(' '));
}

/** Files that may be longer than 300 lines, each with its reason. */
const LONG: Record<string, string> = {};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** The row of the table that a file belongs to. */
function layerOf(file: string): string {
  const name = file.includes('/') ? file.slice(0, file.indexOf('/')) : file;
  return LAYERS.find((row) => row.split(' ').includes(name)) ?? name;
}

/** What a file imports: paths within src, and names of packages. */
function importsOf(file: string): { own: string[]; packages: string[] } {
  const text = readFileSync(join(SRC, file), 'utf8');
  const named = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
  const own = named
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(SRC, resolve(SRC, dirname(file), name)));
  return { own, packages: named.filter((name) => !name.startsWith('.')) };
}

const arrows = files.flatMap((file) => importsOf(file).own.map((target) => ({ file, target })));

describe('the layers', () => {
  test('are the folders of the table in ARCHITECTURE.md', () => {
    expect([...new Set(files.map(layerOf))].sort()).toEqual([...LAYERS].sort());
    expect(arrows.length).toBeGreaterThan(100);
  });

  test('import only from themselves and from those above them', () => {
    const wrong = arrows.filter(({ file, target }) => LAYERS.indexOf(layerOf(target)) > LAYERS.indexOf(layerOf(file)));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('import files that exist, by their whole name', () => {
    expect(
      arrows.filter(({ target }) => !files.includes(target)).map(({ file, target }) => `${file} imports ${target}`),
    ).toEqual([]);
  });

  test('have no circles of imports, not even of types', () => {
    const needs = new Map(files.map((file) => [file, importsOf(file).own]));
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, path: string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of needs.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });
});

describe('the engine', () => {
  test('is listed in one place, and opened by nobody else', () => {
    const outside = ['warehouse/duckdb/', 'warehouse/clickhouse/'].flatMap((folder) =>
      arrows.filter(({ file, target }) => target.startsWith(folder) && !file.startsWith(folder)),
    );
    expect(outside.map(({ file, target }) => `${file} imports ${target}`)).toEqual([
      'warehouse/engines.ts imports warehouse/duckdb/engine.ts',
      'warehouse/engines.ts imports warehouse/clickhouse/engine.ts',
    ]);
  });

  test('is known by its package to its own folder, and to what reads and writes Parquet files with DuckDB', () => {
    const users = files.filter(
      (file) => importsOf(file).packages.includes('@duckdb/node-api') && !file.startsWith('warehouse/duckdb/'),
    );
    const sandbox = ['views/sandbox/locked-engine.ts', 'views/sandbox/results.ts'];
    const known = ['cli/import/parquet-rows.ts', 'cli/export.ts', 'files/scratch.ts', ...sandbox];
    expect(users.filter((file) => !known.includes(file))).toEqual([]);
    const clients = files.filter((file) => importsOf(file).packages.includes('@clickhouse/client'));
    expect(clients.filter((file) => !file.startsWith('warehouse/clickhouse/'))).toEqual([]);
  });
});

test('the process of a sandbox loads its own code and nothing of the program', () => {
  const loaded = new Set<string>();
  const walk = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const target of importsOf(file).own) walk(target);
  };
  walk('views/sandbox/child.ts');
  const others = [...loaded].filter((file) => !file.startsWith('views/sandbox/'));
  expect(others.sort()).toEqual(['domain/errors.ts', 'files/path-sql.ts']);
});

describe('a file', () => {
  test('has at most 300 lines, or a reason', () => {
    const long = files
      .filter((file) => !(file in LONG))
      .map((file) => [file, readFileSync(join(SRC, file), 'utf8').split('\n').length - 1] as const);
    expect(long.filter(([, lines]) => lines > 300)).toEqual([]);
  });

  test('lives in a folder that is not called utils, helpers or the like', () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|shared|lib)(\/|\.ts$)/.test(file))).toEqual([]);
  });
});

test('pure folders use no network, disk, clock or randomness', () => {
  const pure = files.filter((file) => ['domain', 'learning'].includes(layerOf(file)));
  const impure = pure.filter((file) => {
    const { packages } = importsOf(file);
    const text = readFileSync(join(SRC, file), 'utf8');
    return (
      packages.some((name) => /^node:(fs|http|net|child_process|timers)/.test(name)) ||
      /Date\.now\(|new Date\(\)|Math\.random\(/.test(text)
    );
  });
  expect(impure).toEqual([]);
});
