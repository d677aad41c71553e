/** Expands macro calls in shared SQL. Each engine gives its table of translations. */
import type { Macro } from './port.ts';

export type MacroTable = Record<Macro, (...args: string[]) => string>;

/**
 * Replaces every macro call `name(args)`, innermost first. Quoted text is not changed.
 * @throws Error on unbalanced parentheses or quotes, which are a bug in a query.
 */
export function expandMacros(sql: string, table: MacroTable): string {
  let out = '';
  let i = 0;
  while (i < sql.length) {
    const char = sql[i]!;
    if (char === "'") {
      const end = closingQuote(sql, i);
      out += sql.slice(i, end + 1);
      i = end + 1;
    } else if (/[A-Za-z_]/.test(char)) {
      const word = /^\w+/.exec(sql.slice(i, i + 64))![0];
      const next = i + word.length;
      if (sql[next] === '(' && Object.hasOwn(table, word)) {
        const { args, end } = readArguments(sql, next);
        out += table[word as Macro](...args.map((arg) => expandMacros(arg.trim(), table)));
        i = end;
      } else {
        out += word;
        i = next;
      }
    } else {
      out += char;
      i += 1;
    }
  }
  return out;
}

function readArguments(sql: string, open: number): { args: string[]; end: number } {
  const args: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < sql.length; i++) {
    const char = sql[i];
    if (char === "'") {
      i = closingQuote(sql, i);
    } else if (char === '(') {
      depth += 1;
    } else if (char === ')') {
      depth -= 1;
      if (depth === 0) {
        args.push(sql.slice(start, i));
        return { args, end: i + 1 };
      }
    } else if (char === ',' && depth === 1) {
      args.push(sql.slice(start, i));
      start = i + 1;
    }
  }
  throw new Error(`unbalanced parentheses in shared SQL near: ${sql.slice(open, open + 60)}`);
}

function closingQuote(sql: string, open: number): number {
  const close = sql.indexOf("'", open + 1);
  if (close < 0) throw new Error(`unbalanced quote in shared SQL near: ${sql.slice(open, open + 60)}`);
  return close;
}
