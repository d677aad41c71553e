/** The parts of a weight expression: numbers, names, quoted texts and signs, each with its place. */
import { TributaryError } from '../domain/errors.ts';

export type Token = { type: 'number' | 'text' | 'name' | 'symbol' | 'end'; value: string; at: number };

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)|'([^'\\]{0,100})'|([A-Za-z_]\w*)|(<=|>=|<>|!=|[-+*/(),=<>]))/y;

/** What is wrong with an expression, and where. */
export function problem(text: string, at: number, reason: string): TributaryError {
  return new TributaryError(
    'bad_request',
    `custom model: ${reason} at character ${at + 1} of ${JSON.stringify(text.slice(0, 200))}`,
    { field: 'custom_models' },
  );
}

/** @throws bad_request naming the character where the text is wrong. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN.source, 'y');
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex + text.slice(pattern.lastIndex).search(/\S/);
    const match = pattern.exec(text);
    if (!match) throw problem(text, at, 'expected a number, a name, a quoted text or an operator');
    const [, digits, quoted, name, symbol] = match;
    if (digits !== undefined) tokens.push({ type: 'number', value: digits, at });
    else if (quoted !== undefined) tokens.push({ type: 'text', value: quoted, at });
    else if (name !== undefined) tokens.push({ type: 'name', value: name, at });
    else tokens.push({ type: 'symbol', value: symbol!, at });
  }
  tokens.push({ type: 'end', value: '', at: end });
  return tokens;
}
