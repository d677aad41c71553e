import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** `npm run test:deep` sets it: then the files run that the quick tier leaves out, or asks less of. */
const deep = process.env['TRIBUTARY_DEEP'] === '1';

/** The schema library as the build joins it: one file instead of 342, which every file of tests would load anew. */
const SCHEMA_LIBRARY = join(import.meta.dirname, 'dist/domain/typebox.js');

// As bin/tributary.js does; the processes of the tests inherit it.
process.env['UV_THREADPOOL_SIZE'] ??= '16';

/** Files that replace modules of the product. All others share the modules of their worker, so each is loaded once and not 150 times. */
const ALONE = ['test/warehouse/stored-tomorrow.test.ts'];

/**
 * Files that `npm run test:clickhouse` leaves out: they open engines of their own, or what they test ends before a warehouse. The exclude
 * of the command line does not reach the projects.
 */
const NOT_ON_CLICKHOUSE = [
  'test/attribution/{engines,query-options,relations}.test.ts',
  'test/histories/{fits,exact,order-book,threads}.test.ts',
  'test/identity/{kept-membership,persons}.test.ts',
  'test/log/{page-conversions,privacy,seen-ids,segment,spool}.test.ts',
  'test/reports/claims-properties.test.ts',
  'test/cli/{comfort,csv-rows,demo,email-keys,flags,import-*,output,readme*,report}.test.ts',
  'test/cli/import/presets/*.test.ts',
  'test/views/{attack,docs}.test.ts',
  'test/server/{access,answer-text,audit,bad-input,contract,door,guesses,http,json-body,keys,log,packed,page-keys,script,serve,smuggling,user-roles,visitor-ids}.test.ts',
];

/** Files named `*.deep.test.ts`, and those whose tests ask more by test/support/tier.ts. */
function deepFiles(): string[] {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).map((file) => join('test', file));
  return files.filter(
    (file) =>
      /\.deep\.test\.ts$/.test(file) || (/\.test\.ts$/.test(file) && readFileSync(file, 'utf8').includes('/tier.ts')),
  );
}

/** Files of the deep tier that take minutes. They begin first, so that no worker waits for one of them at the end. */
const LONG = ['faults/faults.deep.test.ts', 'dashboard/pages.deep.test.ts', 'faults/kills.deep.test.ts'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Belongs to the projects: in the part that both extend it would run once more, for nothing. */
const SETUP = ['test/support/run-folder.ts', 'test/support/compiled.ts', 'test/clickhouse/setup.ts'];

const LEFT_OUT = process.env['TRIBUTARY_TEST_ENGINE'] === 'clickhouse' ? NOT_ON_CLICKHOUSE : [];
const FILES = deep ? deepFiles() : ['test/**/*.test.ts'];

export default defineConfig({
  resolve: {
    alias: existsSync(SCHEMA_LIBRARY) ? [{ find: /^typebox(\/compile)?$/, replacement: SCHEMA_LIBRARY }] : [],
  },
  test: {
    server: { deps: { external: [SCHEMA_LIBRARY] } },
    setupFiles: ['test/support/after-file.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'shared', isolate: false, globalSetup: SETUP, include: FILES, exclude: [...ALONE, ...LEFT_OUT] },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          globalSetup: SETUP,
          include: deep ? ALONE.filter((file) => FILES.includes(file)) : ALONE,
        },
      },
    ],
    sequence: { sequencer: LongFirst },
    exclude: [...configDefaults.exclude, ...(deep ? [] : ['test/**/*.deep.test.ts'])],
    // A machine may be ten times slower than usual: a limit only ends what hangs.
    testTimeout: deep ? 1_800_000 : 300_000,
    hookTimeout: 300_000,
    // Many tests of the quick tier wait for a process or a limit; three files at a time use two cores well.
    maxWorkers: deep ? 2 : 3,
    // What a test waits for decides; the limit only ends what never comes.
    expect: { poll: { timeout: 120_000, interval: 20 } },
  },
});
