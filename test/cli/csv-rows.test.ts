/** Parses quoted fields that go on over many lines and pieces of a file. */
import { describe, expect, test, vi } from 'vitest';
import { CsvParser } from '../../src/cli/import/csv-rows.ts';

/** Parses one row with a quoted field of so many lines, each line as a piece of its own. */
function parseLongField(lines: number) {
  const parser = new CsvParser(',');
  const parsed = parser.push('a,"first ""line""\n');
  for (let i = 0; i < lines; i++) parsed.push(...parser.push('a line\n'));
  return [...parsed, ...parser.push('last line",b\r\nc,d\n'), ...parser.end()];
}

/** How many characters are searched for quotes and delimiters while such a row is parsed. */
function searchedIn(lines: number): number {
  const searches = vi.spyOn(String.prototype, 'indexOf');
  parseLongField(lines);
  const { calls, contexts } = searches.mock;
  const searched = calls.reduce((sum, [, from = 0], i) => sum + String(contexts[i]).length - from, 0);
  searches.mockRestore();
  return searched;
}

describe('a quoted field over many lines', () => {
  test('is one cell, and the row after it has its own line number', () => {
    expect(parseLongField(3)).toEqual([
      { line: 1, cells: ['a', 'first "line"\na line\na line\na line\nlast line', 'b'] },
      { line: 6, cells: ['c', 'd'] },
    ]);
  });

  test('that is never closed is a row at the end', () => {
    const parser = new CsvParser(',');
    expect([...parser.push('a,"b\n'), ...parser.push('c\n')]).toEqual([]);
    expect(parser.end()).toEqual([{ line: 1, cells: ['a', 'b\nc'] }]);
    expect(parser.end()).toEqual([]);
  });

  test('is refused when it is too long for a field', () => {
    const parser = new CsvParser(',');
    const line = `${'x'.repeat(1 << 20)}\n`;
    parser.push('a,"\n');
    for (let i = 0; i < 3; i++) parser.push(line);
    expect(() => parser.push(line)).toThrow('line 1: opens a quote that is not closed');
  });

  test('is searched once: twice as many lines are twice the work', () => {
    const [short, long] = [searchedIn(2_000), searchedIn(4_000)];
    expect(short).toBeGreaterThan(2_000 * 'a line'.length);
    expect(long / short).toBeLessThan(2.2);
  });
});
