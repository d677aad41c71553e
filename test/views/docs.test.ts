/** docs/sql-views.md is made from the declaration of the views: `npx vitest run test/views/docs.test.ts -u` writes it anew. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VIEW_TYPES } from '../../src/views/declare.ts';
import { VIEWS } from '../../src/views/views.ts';

function page(): string {
  const parts = VIEWS.map(({ name, row, equals, columns }) => {
    const rows = Object.entries(columns).map(
      ([column, { type, meaning, persons }]) =>
        `| \`${column}\` | ${VIEW_TYPES[type].sql} | ${meaning.replaceAll('|', '\\|')}${persons ? ' (needs `persons`)' : ''} |`,
    );
    return [
      `## ${name}`,
      '',
      `${row}. Equals ${equals}.`,
      '',
      '| column | type | meaning |',
      '|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return `# The views for SQL\n\nThis page is made from \`src/views/views.ts\`. [SQL](sql.md) says how to ask them.\n\n${parts.join('\n')}`;
}

test('the page of the views is that of their declaration', async () => {
  await expect(page()).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/sql-views.md'));
});

test('every column says what it means', () => {
  for (const { columns } of VIEWS)
    for (const { meaning } of Object.values(columns)) expect(meaning).toMatch(/^.{3,200}$/);
});
