/** Reads the rows of a file with one JSON object per line. */
import { parseJson } from '../../domain/json-text.ts';
import { readBlocks } from './lines.ts';
import { dropFirst, type FileRow, type Portion, type RowSource } from './row-source.ts';

export async function openNdjson(path: string, size: number): Promise<RowSource> {
  return { columns: null, rows: (skip) => dropFirst(readRows(path, size), skip), close: async () => undefined };
}

async function* readRows(path: string, size: number): AsyncGenerator<Portion> {
  let line = 0;
  for await (const block of readBlocks(path)) {
    const rows: FileRow[] = [];
    const lines = block.text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const text of lines) {
      line++;
      if (text.trim() !== '') rows.push({ ...parse(line, text), ...(block.utf8 ? {} : { utf8: false }) });
    }
    yield { rows, share: block.bytes_read / size };
  }
}

function parse(line: number, text: string): FileRow {
  const refuse = (reason: string): FileRow => ({ line, cells: [], problem: { field: '', reason } });
  try {
    const object = parseJson(text);
    if (typeof object === 'object' && object !== null && !Array.isArray(object))
      return { line, cells: [], object: object as Record<string, unknown> };
    return refuse('is JSON but not an object; write one object per line');
  } catch (error) {
    return refuse(`is not JSON: ${(error as Error).message}`);
  }
}
