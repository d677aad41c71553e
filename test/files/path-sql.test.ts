/** A path names one local file, whatever its folders are called. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parquetRows, readPath, writtenPath } from '../../src/files/path-sql.ts';
import { openScratch } from '../../src/files/scratch.ts';
import { temporaryFolder } from '../support/folder.ts';
import { STRANGE_NAMES } from '../support/strange-names.ts';

test('every file is written and read under its own name, and has its own columns', async () => {
  const root = temporaryFolder();
  const { connection, close } = await openScratch(1);
  const file = (name: string): string => join(root, name, 't.parquet');
  for (const name of STRANGE_NAMES) {
    mkdirSync(join(root, name));
    const row = `select '${name.replaceAll("'", "''")}' as name, 7 as date, 8 as brand_id`;
    await connection.run(`copy (${row}) to ${writtenPath(file(name))} (format parquet)`);
  }
  for (const name of STRANGE_NAMES) {
    const rows = await connection.runAndReadAll(`select * from ${parquetRows(file(name))}`);
    expect(rows.getRows()).toEqual([[name, 7, 8]]);
    const numbered = await connection.runAndReadAll(
      `select name, file_row_number from ${parquetRows(file(name), ['file_row_number = true'])}`,
    );
    expect(numbered.getRows()).toEqual([[name, 0n]]);
  }
  close();
});

test('an address is a path in the working folder', () => {
  for (const path of ['s3://bucket/t.parquet', 'http://127.0.0.1:1/t.parquet', 'file:///etc/passwd', '~/t.parquet'])
    for (const literal of [readPath(path), writtenPath(path)]) expect(literal).toMatch(/^'\//);
});

test('a backslash beside a pattern is refused, because it cannot be told from a folder', () => {
  expect(() => readPath('/data/a\\*b')).toThrow(/holds both a backslash and one of \* \? \[; rename/);
  expect(readPath('/data/a\\b')).toBe("'/data/a\\b'");
});
