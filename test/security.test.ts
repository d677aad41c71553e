/** The table of docs/security.md names a test for each threat. Every one of them has to exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const ROWS = [
  ...readFileSync(join(ROOT, 'docs/security.md'), 'utf8').matchAll(/^\| .* \| `(test\/[^`]+)`: (.+) \|$/gm),
].map(([, file, name]) => ({ file: file!, name: name! }));

test('every row of the table of threats names a test', () => {
  const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
  const rows = page.slice(page.indexOf('| threat |')).trimEnd().split('\n').slice(2);
  expect(ROWS).toHaveLength(rows.length);
});

test.each(ROWS)('$file has the test: $name', ({ file, name }) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
  const text = readFileSync(join(ROOT, file), 'utf8');
  const quoted = [`'${name}'`, `\`${name}\``, `"${name}"`];
  const is_there = quoted.some((title) =>
    text
      .split(title)
      .slice(0, -1)
      .some((before) => /\b(test|it)\b[^;]*\(\s*$/.test(before)),
  );
  expect(is_there).toBe(true);
});
