/** Reads the rows of a file with one JSON object per line. */
import { badRequest } from '../../domain/errors.ts';
import { parseWithDigits } from '../../domain/json-text.ts';
import type { FilePlan } from './plan.ts';
import { dropFirst, type FileRow, type Portion, type RowSource } from './row-source.ts';
import { type Encoding, type FileBytes, findEncoding, PiecesInUtf8, readText } from './text.ts';

const MAX_LINE_CHARS = 16 << 20;
/** Characters of a line that is no JSON that are kept for the file of refused rows. */
const KEPT_CHARS = 64 << 10;

export async function openNdjson(file: FileBytes, plan: FilePlan): Promise<RowSource> {
  const encoding = await findEncoding(file, plan.encoding);
  return {
    columns: null,
    form: { kind: 'ndjson', delimiter: '', preamble: '', mark: plan.encoding !== undefined },
    notes: [],
    rows: (skip) => dropFirst(readRows(file, encoding), skip),
    close: async () => undefined,
  };
}

async function* readRows(file: FileBytes, encoding: Encoding): AsyncGenerator<Portion> {
  let line = 0;
  let rest = '';
  const utf8 = new PiecesInUtf8();
  const take = (lines: readonly string[]): FileRow[] => {
    const rows: FileRow[] = [];
    const is_sound = utf8.ofRows(lines.length);
    for (const text of lines) {
      line++;
      if (text.trim() !== '') rows.push({ ...parse(line, text), ...(is_sound ? {} : { utf8: false }) });
    }
    return rows;
  };
  for await (const piece of readText(file, encoding)) {
    utf8.add(piece);
    // A CR at the end may be half of a line end.
    const lines = (rest + piece.text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_CHARS)
      throw badRequest(`line ${line + 1}`, `is longer than ${MAX_LINE_CHARS >> 20} MB; write one object per line`);
    yield { rows: take(lines), share: piece.bytes_read / file.size };
  }
  const rows = rest === '' ? [] : take([rest]);
  if (rows.length > 0) yield { rows, share: 1 };
}

function parse(line: number, text: string): FileRow {
  const refuse = (reason: string): FileRow => ({
    line,
    cells: [],
    problem: { field: '', reason },
    text: text.slice(0, KEPT_CHARS),
  });
  try {
    const object = parseWithDigits(text);
    if (typeof object === 'object' && object !== null && !Array.isArray(object))
      return { line, cells: [], object: object as Record<string, unknown> };
    return refuse('is JSON but not an object; write one object per line');
  } catch (error) {
    return refuse(`is not JSON: ${(error as Error).message}`);
  }
}
