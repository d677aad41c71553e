/** What a data folder holds: the bytes of its files, and the content of its tables, which files may hold compressed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readConflicts, readDeadLetters } from '../../src/server/letters.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { TABLE_NAMES } from '../../src/warehouse/schema.ts';

/** Names of files below a folder that hold one of the texts. */
export function filesWith(folder: string, texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      return texts.filter((text) => bytes.includes(text)).map((text) => `${name}: ${text}`);
    });
}

/** What all tables hold, and what is told of conflicts and dead letters: files may be compressed. */
export async function told(warehouse: Warehouse): Promise<string> {
  const page = { brand_id: null, limit: 100, after: undefined };
  const parts: unknown[] = [
    await readConflicts(warehouse, page),
    await readDeadLetters(warehouse, { ...page, state: undefined }),
  ];
  for (const table of TABLE_NAMES) parts.push(await warehouse.read((s) => s.query(`select * from ${table}`)));
  return JSON.stringify(parts, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
}
