/** Finds the values of a source in the rows of a file: in the cells of its columns, or in the objects of ndjson. */
import { badRequest, type TributaryError } from '../domain/errors.ts';
import { listed } from '../domain/text.ts';
import { isBlankCell } from './csv-rows.ts';
import { nearest } from './nearest.ts';
import type { FileRow, RowSource } from './row-source.ts';
import { follow, inColumn, type Path, pathsOf, readIn, type Source, sourceValue, withoutPlace } from './source.ts';

/** Reads one value of a row; undefined if it has none. */
export type Read = (row: FileRow) => unknown;

export class Columns {
  private readonly is_csv: boolean;

  /** @param wanted the sources of a mapping, by which the header is known if titles stand above it. */
  constructor(
    private readonly names: readonly string[],
    private readonly source: Pick<RowSource, 'form' | 'linesAbove'>,
    private readonly wanted: readonly string[],
  ) {
    this.is_csv = source.form.kind === 'csv';
  }

  /** Reads the column of a name. @throws bad_request if there are several, or none. */
  named(name: string, option: string): Read {
    return this.cellAt(placeOf(this.names, name, option));
  }

  /** Reads a source. @throws bad_request if the file has none of its columns, unless it is `optional`. */
  reader(source: Source, option: string, optional = false): Read {
    const { names } = this;
    if (names.includes(source.text) || names.includes(withoutPlace(source.text)))
      return this.named(source.text, option);
    const cells = new Map<Path, { read: Read; path: Path }>();
    for (const path of pathsOf(source).slice(1)) {
      const found = inColumn(path, names.includes(path.whole) ? names : [...names, ...numbered(names)]);
      if (found) cells.set(path, { read: this.named(found.column, option), path: found });
    }
    const known = source.alternatives.some((parts) => parts.every((part) => 'literal' in part || cells.has(part)));
    if (!known && !optional) throw this.missing(source, option);
    return (row) =>
      sourceValue(source, (path) => {
        const found = cells.get(path);
        if (found === undefined) return undefined;
        const cell = found.read(row);
        return found.path.steps.length === 0 ? cell : follow(cell, found.path.steps);
      });
  }

  private cellAt(at: number): Read {
    const { is_csv } = this;
    return ({ cells }) => {
      const cell = cells[at];
      return cell === undefined || cell === '' || (is_csv && isBlankCell(cell)) ? undefined : cell;
    };
  }

  private missing(source: Source, option: string): TributaryError {
    const { linesAbove } = this.source;
    const above = linesAbove?.(this.wanted) ?? linesAbove?.([source.text]);
    const hint = above === undefined ? '' : `; a later line has it, so --skip ${above} may be meant`;
    const near = nearest(source.text, this.names);
    const meant = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
    return badRequest(
      option,
      `the file has no column ${JSON.stringify(source.text)}; it has ${listed(this.names)}${meant}${hint}`,
    );
  }
}

/** Reads a source in the object of a row. */
export function objectReader(source: Source): Read {
  return ({ object }) => {
    if (object === undefined) return undefined;
    if (Object.hasOwn(object, source.text)) return object[source.text] ?? undefined;
    return sourceValue(source, (path) => readIn(object, path));
  };
}

/** Names such as `Name#2` of columns that occur several times. */
function numbered(columns: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return columns.flatMap((column) => {
    const n = (counts.get(column) ?? 0) + 1;
    counts.set(column, n);
    return columns.indexOf(column) !== columns.lastIndexOf(column) ? [`${column}#${n}`] : [];
  });
}

function placeOf(columns: readonly string[], name: string, option: string): number {
  const first = columns.indexOf(name);
  if (first >= 0 && columns.indexOf(name, first + 1) < 0) return first;
  const column = withoutPlace(name);
  const places = [...columns.keys()].filter((at) => columns[at] === column);
  if (first < 0) {
    const at = places[Number(name.slice(column.length + 1)) - 1];
    if (at !== undefined) return at;
    throw badRequest(
      option,
      `the file has ${places.length} columns named ${JSON.stringify(column)}, not ${JSON.stringify(name)}`,
    );
  }
  const fix =
    option === 'FILE'
      ? `rename one, or --map FIELD=${name}#1 or ${name}#2`
      : `write ${name}#1 or ${name}#2, or rename one`;
  throw badRequest(option, `the file has two columns named ${JSON.stringify(name)}; ${fix}`);
}
