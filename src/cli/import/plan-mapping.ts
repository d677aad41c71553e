/** The mappings of all records of a plan, over one file. */
import { Converter, type LongIds } from '../../mapping/converter.ts';
import { Mapping, type MappingFindings } from '../../mapping/mapping.ts';
import { type Note, Notes } from '../../mapping/notes.ts';
import type { ImportPlan } from '../../mapping/plan.ts';
import type { FileRow, RowSource } from '../../mapping/row-source.ts';
import { type Fate, type Outcome, RecordRows } from './groups.ts';

const ROUNDED_IDS =
  'all ids of more than 15 digits end in zeros, as a spreadsheet leaves them, so different ids may have become one; export the file again as text';

export interface Findings {
  mappings: MappingFindings[];
  long_ids: ReadonlyMap<string, LongIds>;
}

export class PlanMapping {
  readonly mappings: readonly Mapping[];
  /** True if some rows of the file are one record together. */
  readonly groups: boolean;
  private readonly converter: Converter;
  private rows: RecordRows[] = [];

  constructor(readonly plan: ImportPlan) {
    this.converter = new Converter(plan);
    this.groups = plan.records.some(({ group_lines }) => group_lines !== undefined);
    const brand = plan.brand_id === undefined ? {} : { brand_id: { value: plan.brand_id } };
    this.mappings = plan.records.map(
      (record) => new Mapping({ ...record, fields: { ...record.fields, ...brand } }, plan, this.converter),
    );
  }

  /** True if some record uses the column. */
  needs = (column: string): boolean => this.mappings.some((mapping) => mapping.needs(column));

  /** @throws bad_request for a column that the file does not have. */
  bind(source: Pick<RowSource, 'columns' | 'form' | 'linesAbove'>): void {
    for (const mapping of this.mappings) mapping.bind(source);
    this.rows = this.mappings.map((mapping) => new RecordRows(mapping));
  }

  /** True if the row belongs to a record that is not complete. */
  continues(row: FileRow): boolean {
    return this.groups && this.rows.some((rows) => rows.continues(row));
  }

  /** Takes a row for each record. @param done gets the complete records of each record of the plan, by its place. */
  take(row: FileRow, done: readonly Outcome[][]): Fate {
    if (row.problem) {
      if (this.groups) for (const [i, rows] of this.rows.entries()) rows.passUnread(row, done[i]!);
      done[0]!.push({ rows: [row], problem: row.problem });
      return 'taken';
    }
    let fate: Fate = 'left out';
    for (let i = 0; i < this.rows.length; i++) if (this.rows[i]!.take(row, done[i]!) === 'taken') fate = 'taken';
    return fate;
  }

  /** Completes open groups. */
  close(done: readonly Outcome[][]): void {
    for (const [i, rows] of this.rows.entries()) rows.close(done[i]!);
  }

  /** The names of columns that no record uses. */
  ignored(): string[] {
    const [first, ...others] = this.mappings;
    return [...first!.ignored].filter((column) => others.every(({ ignored }) => ignored.has(column)));
  }

  /** The rows that `where` let through since the last call, for each record. */
  takeMatched(): number[] {
    return this.mappings.map((mapping) => {
      const { matched } = mapping;
      mapping.matched = 0;
      return matched;
    });
  }

  /**
   * Fields whose long ids all end in zeros behind 15 digits, as a spreadsheet leaves them; after the last row. Four zeros in all
   * are hardly chance.
   */
  roundedIds(): Note[] {
    return [...this.converter.long_ids].flatMap(([field, { ids, zeros, first_lines }]) =>
      zeros >= 4 ? [{ kind: 'damaged_id', field, message: ROUNDED_IDS, rows: ids, first_lines }] : [],
    );
  }

  /** What was found out from rows since the last call, but for notes and counts. */
  takeFindings(): Findings {
    const long_ids = new Map(this.converter.long_ids);
    this.converter.long_ids.clear();
    return { mappings: this.mappings.map((mapping) => mapping.takeFindings()), long_ids };
  }

  /** Adds what a mapping by the same plan found out from the rows that follow. */
  addFindings({ mappings, long_ids }: Findings): void {
    for (const [i, findings] of mappings.entries()) this.mappings[i]!.addFindings(findings);
    this.converter.addLongIds(long_ids);
  }

  /** What was noted since the last call. */
  takeNotes(): Notes {
    const { notes } = this.converter;
    if (notes.list.length > 0) this.converter.notes = new Notes();
    return notes;
  }
}
