/** Macro calls in shared SQL are replaced, and nothing else is touched. */
import { describe, expect, test } from 'vitest';
import { expandMacros, type MacroTable } from '../../src/warehouse/macros.ts';
import { MACROS } from '../../src/warehouse/port.ts';

/** Every macro becomes <NAME|arg|arg>, so that a test sees how the call was read. */
const table = Object.fromEntries(
  MACROS.map((name) => [name, (...args: string[]) => `<${name.toUpperCase()}|${args.join('|')}>`]),
) as MacroTable;
const expand = (sql: string): string => expandMacros(sql, table);

describe('the macro expander', () => {
  test('replaces a call with its trimmed arguments', () => {
    expect(expand('select idiv( a , b ) from t')).toBe('select <IDIV|a|b> from t');
  });

  test('replaces nested calls from the inside', () => {
    expect(expand('idiv(muldiv(a, b, c), floor_div(int128(x), (y + 1)))')).toBe(
      '<IDIV|<MULDIV|a|b|c>|<FLOOR_DIV|<INT128|x>|(y + 1)>>',
    );
  });

  test('sees commas only between arguments, not inside parentheses or texts', () => {
    expect(expand("json_text(coalesce(a, b), 'k,e)y')")).toBe("<JSON_TEXT|coalesce(a, b)|'k,e)y'>");
  });

  test('leaves quoted text alone, with quotes inside it', () => {
    for (const sql of ["select 'idiv(1, 2)'", "select 'it''s idiv(1, 2)'", "select '' || 'idiv(1,2)'", "select '('"])
      expect(expand(sql)).toBe(sql);
    expect(expand("select 'a' || text128(x) || 'b)'")).toBe("select 'a' || <TEXT128|x> || 'b)'");
  });

  test('leaves names alone that only look like a macro', () => {
    for (const sql of [
      'select idiv from t',
      'my_idiv(a, b)',
      'idivs(a, b)',
      'count(*) filter (where x)',
      '$int64',
      'constructor(a)',
      'toString(a)',
    ])
      expect(expand(sql)).toBe(sql);
  });

  test('expands inside functions that are not macros', () => {
    expect(expand('sum(int64(a)) over (order by floor_div(b, 2))')).toBe(
      'sum(<INT64|a>) over (order by <FLOOR_DIV|b|2>)',
    );
  });

  test('stops on a query that is not whole', () => {
    expect(() => expand('select idiv(a, b')).toThrow(/unbalanced parentheses/);
    expect(() => expand("select 'never ends")).toThrow(/quote/);
    expect(() => expand("select idiv(a, 'never ends)")).toThrow(/quote/);
  });
});
