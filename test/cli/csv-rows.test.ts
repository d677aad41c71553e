/** Reads csv files in all their forms: by the standard, beyond it, in any encoding, and with quotes that are never closed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it, vi } from 'vitest';
import { openRows } from '../../src/cli/import/rows.ts';
import { CsvRecords } from '../../src/mapping/csv-records.ts';
import type { FilePlan } from '../../src/mapping/plan.ts';
import { temporaryFolder } from '../support/folder.ts';
import { DEEP } from '../support/tier.ts';

const root = temporaryFolder();
let made = 0;

async function read(content: string | Buffer, plan: FilePlan = {}) {
  const path = join(root, `${made++}.csv`);
  writeFileSync(path, content);
  const source = await openRows(path, () => true, plan);
  const rows = [];
  for await (const portion of source.rows(0)) for (const row of portion.rows) rows.push(row);
  await source.close();
  return {
    columns: source.columns,
    rows: rows.filter(({ problem }) => !problem),
    refused: rows.filter(({ problem }) => problem),
  };
}

const cellsOf = async (content: string | Buffer, plan?: FilePlan) =>
  (await read(content, plan)).rows.map(({ cells }) => cells);

describe('a quote that is never closed', () => {
  it('costs its own line, and the rows around it are read with their line numbers', async () => {
    const lines = ['id,note,value', '1,a,10', '2,"5 inch,20', '3,c,30', '4,"two\nlines",40', '5,e,50'];
    const { rows, refused } = await read(lines.join('\n'));
    expect(rows.map(({ line, cells }) => [line, cells[0]])).toEqual([
      [2, '1'],
      [4, '3'],
      [5, '4'],
      [7, '5'],
    ]);
    expect(refused).toEqual([
      {
        line: 3,
        cells: ['2', '"5 inch', '20'],
        problem: { field: '', reason: expect.stringContaining('opens a quote that is not closed') },
      },
    ]);
  });

  it('is text where the cell does not begin with it', async () => {
    expect(await cellsOf('id,note\n1,5" screen\n2,7"\n3,a "b" c\n')).toEqual([
      ['1', '5" screen'],
      ['2', '7"'],
      ['3', 'a "b" c'],
    ]);
  });

  it('swallows no rows up to a later quote at the end of a cell', async () => {
    const { rows, refused } = await read('id,note,value\n1,"5 inch,10\n2,b,20\n3,c,30\n4,tablet 10",40\n5,e,50\n');
    expect(refused.map(({ line }) => line)).toEqual([2]);
    expect(rows.map(({ cells }) => cells.join('|'))).toEqual(['2|b|20', '3|c|30', '4|tablet 10"|40', '5|e|50']);
    const strict = await read('id,note,value\n1,"5 inch,10\n2,b,20\n3,c,30\n4,tablet 10",40\n5,e,50\n', {
      quotes: 'strict',
    });
    expect(strict.rows).toHaveLength(2);
  });

  it('is told in the last line, in the first row, and behind a closed cell of the same line', async () => {
    expect((await read('a,b\n1,"x')).refused.map(({ line }) => line)).toEqual([2]);
    expect((await read('a,b\n"1,x\n2,y\n')).rows.map(({ cells }) => cells[0])).toEqual(['2']);
    expect((await read('a,b\n"1","x\n2,y\n')).rows.map(({ cells }) => cells[0])).toEqual(['2']);
    expect((await read('a,b\n"1" 2,x\n2,y\n')).refused.map(({ line }) => line)).toEqual([2]);
  });

  it('costs as much work as a line without one', () => {
    const searched = (stray: boolean, rows: number): number => {
      const searches = vi.spyOn(String.prototype, 'indexOf');
      const records = new CsvRecords({ delimiter: ',', line_end: '\n', strict: false }, 1);
      const found = records.push('a,b,c\n').slice(1);
      for (let i = 0; i < rows; i++)
        found.push(...records.push(`${i},${stray && i % 100 === 0 ? '"5 inch' : '5 inch'},"quoted"\n`));
      found.push(...records.end());
      const { mock } = searches;
      const work = mock.calls.reduce((sum, [, from = 0], i) => {
        const { value } = mock.results[i]! as { value: number };
        return sum + (value < 0 ? String(mock.contexts[i]).length : value) - Number(from);
      }, 0);
      searches.mockRestore();
      expect(found).toHaveLength(rows);
      return work;
    };
    expect(searched(true, 4_000)).toBeLessThan(1.5 * searched(false, 4_000));
    expect(searched(true, 4_000)).toBeLessThan(2.2 * searched(true, 2_000));
  });

  it('is one of a cell that is too long, and the file goes on', async () => {
    const { rows, refused } = await read(`a,b\n1,"${'x\n'.repeat(600_000)}"\n2,y\n`);
    expect(refused[0]!.problem!.reason).toContain('not closed within 1 MB');
    expect(rows.at(-1)!.cells).toEqual(['2', 'y']);
    expect(rows).toHaveLength(1);
  });
});

describe('a quote that is not closed in a row of several lines', () => {
  it('costs the lines of the row up to it, and no line of the row is read as a row', async () => {
    const { rows, refused } = await read('note\n"one\ntwo\n\nthree",\n"four\nfive","six" 6\nseven\n');
    expect(refused.map(({ line }) => line)).toEqual([2, 6, 7]);
    expect(refused[1]!.problem!.reason).toContain('is the beginning of a row that, on line 7, opens a quote');
    expect(rows.map(({ line, cells }) => [line, ...cells])).toEqual([[8, 'seven']]);
  });

  it('costs as much work as the lines have characters', () => {
    const searched = (lines: number): number => {
      const searches = vi.spyOn(String.prototype, 'indexOf');
      const records = new CsvRecords({ delimiter: ',', line_end: '\n', strict: false }, 1);
      const found = records.push(`a,b,c\n${'x",b,"\n'.repeat(lines)}x",b,"y\n`);
      found.push(...records.end());
      const work = searches.mock.calls.length;
      searches.mockRestore();
      expect(found).toHaveLength(lines + 2);
      return work;
    };
    expect(searched(2_000)).toBeLessThan(2.2 * searched(1_000));
  });

  it('keeps no row of more cells than a file can have columns', () => {
    const records = new CsvRecords({ delimiter: ',', line_end: '\n', strict: false }, 1);
    records.push('a,b,c\n');
    const found = [1, 2, 3].map(() => records.push('x",b,"\n'.repeat(20_000)));
    // Each line has two cells, and its quote opens a third.
    expect(found.map(({ length }) => length)).toEqual([0, 0, 50_000]);
    expect(found[2]!.at(-1)!.problem).toContain('more than 100,000 cells');
  });
});

describe('the standard', () => {
  /** Cells with everything that needs quotes. Lines within a cell do not look like rows of the file, which is the one exception. */
  const cell = fc.string({ unit: fc.constantFrom('a', '1', '"', ',', '\n', '\r\n', ' ', 'é', ';'), maxLength: 12 });

  it.each(['\n', '\r\n'])('is read as it stands, whatever is in the cells (line ends %j)', async (line_end) => {
    const table = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), async (rows, all_quoted) => {
        const quoted = (text: string): string =>
          all_quoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        const wanted = rows.filter((cells) => all_quoted || cells.join('').length + cells.length > 1);
        const text = [['w', 'x', 'y', 'z'], ...wanted].map((cells) => cells.map(quoted).join(',') + line_end).join('');
        expect(await cellsOf(text, { quotes: 'strict', delimiter: ',' })).toEqual(wanted);
      }),
      { numRuns: DEEP ? 2_000 : 60, seed: 11 },
    );
  });

  it('is read across the pieces in which a file is read', async () => {
    const long = Array.from({ length: 9_000 }, (_, i) => [
      `${i}`,
      i % 3 === 0 ? `line one "${i}"\nline two, ${'é'.repeat(20)}` : 'plain',
      'é',
    ]);
    const text = [['a', 'b', 'c'], ...long]
      .map((cells) => cells.map((c) => (/[",\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join(','))
      .join('\n');
    expect(Buffer.byteLength(text)).toBeGreaterThan(1 << 18);
    expect(await cellsOf(text)).toEqual(long);
  });

  it('keeps a cell of many lines that are no rows of the file', async () => {
    expect(await cellsOf('a,b,c\n1,"x\ny, z\nlast",3\n')).toEqual([['1', 'x\ny, z\nlast', '3']]);
  });
});

describe('forms of files', () => {
  it('end their lines in one way: the other line end is text, in every cell', async () => {
    expect(await cellsOf('id,note\r1,a\n"b\r"2\n2","c\n"\r')).toEqual([
      ['1', 'a\n"b'],
      ['2\n2', 'c\n'],
    ]);
    expect(await cellsOf('id,note\n1,a\r"b\n"2\r2","c\r\nd"\n')).toEqual([
      ['1', 'a\r"b'],
      ['2\r2', 'c\r\nd'],
    ]);
  });

  const WANTED = [
    ['é', '10'],
    ['ü "x"', '20'],
  ];
  const TEXT = 'name;value\né;10\n"ü ""x""";20\n';

  it.each([
    ['utf-8', false],
    ['utf-8', true],
    ['utf-16le', false],
    ['utf-16le', true],
    ['utf-16be', false],
    ['utf-16be', true],
    ['windows-1252', false],
    ['latin1', false],
  ])('are read in %s (byte order mark: %s), detected and named', async (encoding, addBOM) => {
    // UTF-16 without a mark is known by the zeros of Latin letters.
    const bytes = iconv.encode(TEXT, encoding, { addBOM });
    expect(await cellsOf(bytes)).toEqual(WANTED);
    expect(await cellsOf(bytes, { encoding })).toEqual(WANTED);
  });

  it.each([',', ';', '\t', '|'])('are divided by %j', async (delimiter) => {
    expect(await cellsOf(`a${delimiter}b\n1${delimiter}"x${delimiter}y"\n`)).toEqual([['1', `x${delimiter}y`]]);
  });

  it.each(['\n', '\r\n', '\r'])('end their lines with %j', async (line_end) => {
    const text = ['a,b', '1,x', '', '2,"y"', '3,"', ''].join(line_end);
    const { rows, refused } = await read(text);
    expect(rows.map(({ line, cells }) => [line, ...cells])).toEqual([
      [2, '1', 'x'],
      [4, '2', 'y'],
    ]);
    expect(refused.map(({ line }) => line)).toEqual([5]);
  });

  it('may name their delimiter, and have titles above and totals below', async () => {
    expect(await cellsOf('sep=;\r\na;b\r\n1;2,5\r\n')).toEqual([['1', '2,5']]);
    const report = 'Campaign report\n"March 1, 2026"\nCampaign,Cost\nx,10\nTotal: Account\n';
    const { columns, rows, refused } = await read(report, { skip: 2 });
    expect([columns, rows.map(({ line, cells }) => [line, ...cells])]).toEqual([
      ['Campaign', 'Cost'],
      [[4, 'x', '10']],
    ]);
    expect(refused).toMatchObject([
      { line: 5, problem: { reason: expect.stringContaining('has 1 cells where the header has 2') } },
    ]);
  });

  it('keep a byte order mark within them as text, also beside quotes', async () => {
    expect(await cellsOf('id,note\n\ufeff"a,"b"\n\ufeffc,"d"\n')).toEqual([
      ['\ufeff"a', 'b'],
      ['\ufeffc', 'd'],
    ]);
  });

  it('tell bytes that are not UTF-8, also in a last line that does not end', async () => {
    const good = 'é'.repeat(20);
    for (const [name, before, last] of [
      ['lost.csv', `a\n${good}\n`, '\xff'],
      ['lost.ndjson', `{"a":"${good}"}\n`, '{"a":"\xff"}'],
    ] as const) {
      const path = join(root, name);
      writeFileSync(path, Buffer.concat([Buffer.from(before), Buffer.from(last, 'latin1')]));
      const source = await openRows(path, () => true);
      const rows = [];
      for await (const portion of source.rows(0)) rows.push(...portion.rows);
      expect(rows.at(-1)).toMatchObject({ utf8: false });
    }
  });

  it('are not divided by an emoji, whose halves are two characters', async () => {
    await expect(read('a💥b\n"1"💥2\n', { delimiter: '💥' })).rejects.toThrow('--delimiter: must be one character');
  });

  it('of JSON number their lines whatever ends them', async () => {
    const path = join(root, 'lines.ndjson');
    writeFileSync(path, '{"a":1}\r\r{"a":2}\n\r\n{"a":3}\r{"a":4}\r\r');
    const source = await openRows(path, () => true);
    const rows = [];
    for await (const portion of source.rows(0)) rows.push(...portion.rows);
    expect(rows.map(({ line, object }) => [line, object!['a']])).toEqual([
      [1, 1],
      [3, 2],
      [5, 3],
      [6, 4],
    ]);
  });

  it('are refused when they are no text', async () => {
    await expect(read(Buffer.from('PK\u0003\u0004xx'))).rejects.toThrow(
      'is a zip file or a workbook of Excel; open a workbook and save its sheet as csv',
    );
    await expect(read('')).rejects.toThrow('is empty');
    await expect(read('a\n', { encoding: 'nonsense' })).rejects.toThrow('--encoding: nonsense is not known');
  });
});
