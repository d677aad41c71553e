/** Reads the rows of a file with one JSON object per line. */
import { badRequest } from '../../domain/errors.ts';
import type { FilePlan } from '../../mapping/plan.ts';
import { dropFirst, type JsonLines, type PartPortion, type RowSource } from '../../mapping/row-source.ts';
import { takenApart, withoutFirst } from '../../mapping/rows-part.ts';
import { type Encoding, type FileBytes, findEncoding, PiecesInUtf8, readText } from '../../mapping/text.ts';

const MAX_LINE_CHARS = 16 << 20;

export async function openNdjson(file: FileBytes, plan: FilePlan): Promise<RowSource> {
  const encoding = await findEncoding(file, plan.encoding);
  return {
    columns: null,
    form: { kind: 'ndjson', delimiter: '', preamble: '', mark: plan.encoding !== undefined },
    notes: [],
    rows: (skip) => dropFirst(takenApart(readParts(file, encoding)), skip),
    parts: (skip) => withoutFirst(readParts(file, encoding), skip),
    close: async () => undefined,
  };
}

async function* readParts(file: FileBytes, encoding: Encoding): AsyncGenerator<PartPortion> {
  let line = 1;
  let rest = '';
  const utf8 = new PiecesInUtf8();
  const partOf = (lines: string[]): JsonLines => {
    const part: JsonLines = { kind: 'json', line, lines, utf8: utf8.ofRows(lines.length) };
    line += lines.length;
    return part;
  };
  for await (const piece of readText(file, encoding)) {
    utf8.add(piece);
    // A CR at the end may be half of a line end.
    const lines = (rest + piece.text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_CHARS)
      throw badRequest(
        `line ${line + lines.length}`,
        `is longer than ${MAX_LINE_CHARS >> 20} MB; write one object per line`,
      );
    yield { part: partOf(lines), share: piece.bytes_read / file.size };
  }
  if (rest !== '') yield { part: partOf([rest]), share: 1 };
}
