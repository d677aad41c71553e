/**
 * Gives the equal lines of a file ids of their own. A file is sent in many requests, and a request numbers only its own lines. So
 * the second and each further of several equal lines gets its id here: the id that one request with the whole file would give it.
 */
import { EqualLines } from '../../domain/equal-lines.ts';
import { type RecordName, recordKind } from '../../domain/index.ts';
import { isProblem, type ReadContext } from '../../domain/record.ts';
import type { Item } from '../../mapping/converter.ts';

/** The made ids of these kinds depend neither on the currency of a brand nor on the clock; imports use a key for all brands. */
const CONTEXT: ReadContext = {
  now_ms: Number.MAX_SAFE_INTEGER,
  key_brand_id: null,
  defaultCurrency: () => 'USD',
};

export class LinesOfFile {
  private readonly equal_lines = new EqualLines();

  private constructor(private readonly record: RecordName) {}

  /** Undefined for kinds whose equal records are one record that its sender repeats. */
  static of(record: RecordName): LinesOfFile | undefined {
    return recordKind(record).lines ? new LinesOfFile(record) : undefined;
  }

  /**
   * Counts the item of the next line of the file, and returns it, with an id if an equal line came before. Call it for every line
   * from the first, also for those that an earlier run has sent.
   * @throws too_large when there are too many different lines.
   */
  add(item: Item): Item {
    const { id_field, read } = recordKind(this.record);
    if (item[id_field] !== undefined && item[id_field] !== null) return item;
    const before = this.equal_lines.repeats;
    const record = read(item, { ...CONTEXT, equal_lines: this.equal_lines });
    if (isProblem(record) || this.equal_lines.repeats === before) return item;
    return { ...item, [id_field]: record[id_field] };
  }
}
