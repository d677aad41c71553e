/** Counts what a person should know about the rows of a file, with the first lines on which it happened. */

export interface Note {
  /** What happened, such as `rounded`. */
  kind: string;
  field: string;
  message: string;
  rows: number;
  first_lines: number[];
}

const FIRST_LINES = 5;
const MAX_NOTES = 200;

export class Notes {
  readonly list: Note[];
  private readonly by_key = new Map<string, Note>();

  constructor(list: Note[] = []) {
    this.list = list;
    for (const note of list) this.by_key.set(keyOf(note.kind, note.field, note.message), note);
  }

  /** Counts one row. Once there are very many different notes, the rest is counted together. */
  add(kind: string, field: string, message: string, line: number, rows = 1): void {
    const key = keyOf(kind, field, message);
    let note = this.by_key.get(key);
    if (note === undefined) {
      if (this.list.length >= MAX_NOTES && message !== 'other reasons') {
        this.add(kind, '', 'other reasons', line, rows);
        return;
      }
      note = { kind, field, message, rows: 0, first_lines: [] };
      this.list.push(note);
      this.by_key.set(key, note);
    }
    note.rows += rows;
    if (note.first_lines.length < FIRST_LINES) note.first_lines.push(line);
  }

  merge(other: Notes): void {
    for (const { kind, field, message, rows, first_lines } of other.list) {
      const [first = 0, ...more] = first_lines;
      this.add(kind, field, message, first, rows);
      const note = this.by_key.get(keyOf(kind, field, message));
      for (const line of more) if (note && note.first_lines.length < FIRST_LINES) note.first_lines.push(line);
    }
  }
}

function keyOf(kind: string, field: string, message: string): string {
  return JSON.stringify([kind, field, message]);
}
