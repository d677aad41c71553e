/** Reads parts of a file: maps their rows, reads the records as a server does, cleans them and fills the columns of their rows. */
import type { CustomerIds } from '../../../domain/email-ids.ts';
import { emailPersons, takeAddressLink } from '../../../domain/email-person.ts';
import type { Problem } from '../../../domain/errors.ts';
import { linksOfOlderIds, statedOfOlderIds, takeOlderIds } from '../../../domain/hashed-ids.ts';
import { type RecordName, recordKind } from '../../../domain/index.ts';
import { PersonHashes } from '../../../domain/person-hashes.ts';
import { isProblem, type ReadContext } from '../../../domain/record.ts';
import type { DerivedColumn } from '../../../domain/record-kind.ts';
import { int64OfHex } from '../../../domain/subject.ts';
import { enrichOptionsOf } from '../../../enrichment/enrich-options.ts';
import { enrichRecord } from '../../../enrichment/enrich-record.ts';
import type { PrivacyOptions } from '../../../enrichment/private.ts';
import { withBrand } from '../../../log/brand-rules.ts';
import type { Enrich } from '../../../log/item.ts';
import { type PartBytes, partBytes } from '../../../log/kept-part.ts';
import { type KeptRecord, keepRecord } from '../../../log/kept-record.ts';
import type { Item } from '../../../mapping/converter.ts';
import type { ImportPlan } from '../../../mapping/plan.ts';
import type { FileRow, RowSource, RowsPart } from '../../../mapping/row-source.ts';
import { rowsOfPart } from '../../../mapping/rows-part.ts';
import { agedProblem } from '../../../privacy/retention/edges.ts';
import { CHUNK_ROWS } from '../../../warehouse/column-bytes.ts';
import { type FilledRows, fillRows } from '../../../warehouse/filled-rows.ts';
import { RowFault } from '../../../warehouse/port.ts';
import type { Row } from '../../../warehouse/schema.ts';
import type { ReadingSettings } from '../../reading-settings.ts';
import { amountFields, amountsOf } from '../books.ts';
import type { Outcome } from '../groups.ts';
import { PlanMapping } from '../plan-mapping.ts';
import { FreshLinks } from './fresh-links.ts';
import type { ReadPart, RowAmount, RowCounts, Told } from './read-part.ts';

export interface PartReaderOptions {
  plan: ImportPlan;
  source: Pick<RowSource, 'columns' | 'form'>;
  settings: ReadingSettings;
}

/** A part while it is read. */
interface Reading {
  context: ReadContext;
  warnings: Problem[];
  told: Told[];
  amounts: RowAmount[];
  kept: KeptRecord[];
  row_of: Uint32Array;
  items: number;
  counts: RowCounts;
  is_uniform: boolean;
  links: ReadPart['links'];
}

export class PartReader {
  private readonly mapping: PlanMapping;
  private readonly record: RecordName;
  private readonly has_amounts: boolean;
  private readonly derived: readonly DerivedColumn[];
  private readonly links = new FreshLinks();
  private readonly hashes: PersonHashes;

  private constructor(
    { plan, source }: PartReaderOptions,
    private readonly settings: ReadingSettings,
    private readonly privacy: PrivacyOptions,
    private readonly enrich: Enrich,
  ) {
    this.hashes = new PersonHashes(settings.peppers);
    this.mapping = new PlanMapping(plan);
    this.mapping.bind(source);
    this.mapping.takeFindings();
    this.record = this.mapping.mappings[0]!.record;
    this.derived = recordKind(this.record).derived ?? [];
    this.has_amounts = amountFields(this.record).length > 0;
  }

  static async open(options: PartReaderOptions): Promise<PartReader> {
    const { settings } = options;
    const geoip_db = settings.keeps === 'nothing' ? null : settings.enrich.geoip_db;
    const enrich = await enrichOptionsOf({ ...settings.enrich, geoip_db });
    return new PartReader(options, settings, enrich, (record, item) => enrichRecord(record, item, enrich));
  }

  /** @param now_ms the clock of the collector. */
  read(parts: readonly RowsPart[], now_ms: number): ReadPart {
    const [only, ...others] = parts;
    const rows = only !== undefined && others.length === 0 ? rowsOfPart(only) : parts.flatMap(rowsOfPart);
    const warnings: Problem[] = [];
    const reading: Reading = {
      ...{ context: this.context(now_ms, warnings), warnings },
      ...{ told: [], amounts: [], kept: [], links: [], items: 0, is_uniform: true },
      row_of: new Uint32Array(rows.length),
      counts: {
        items: new Uint32Array(rows.length),
        matched: new Uint32Array(rows.length),
        left_out: new Uint8Array(rows.length),
      },
    };
    const done: Outcome[][] = [[]];
    for (let row = 0; row < rows.length; row++) this.readRow(rows[row]!, row, reading, done);
    const { kept, row_of, told, amounts, counts, is_uniform } = reading;
    return {
      ...{ rows: rows.length, lines: linesOf(rows), told, amounts },
      counts: is_uniform ? undefined : counts,
      findings: this.mapping.takeFindings(),
      part: kept.length === 0 ? undefined : this.pack(kept),
      row_of: kept.length === rows.length ? undefined : row_of.slice(0, kept.length),
      links: reading.links,
    };
  }

  private context(now_ms: number, warnings: Problem[]): ReadContext {
    const { currencies, default_currency, customer_ids, default_customer_ids, email_key, peppers } = this.settings;
    const customerIds = (brand_id: string): CustomerIds => customer_ids.get(brand_id) ?? default_customer_ids;
    return {
      now_ms,
      key_brand_id: null,
      defaultCurrency: (brand_id) => currencies.get(brand_id) ?? default_currency,
      customerIds,
      emailPersonOf: emailPersons(Buffer.from(email_key), customerIds),
      ...(peppers.length > 0 && { personHashes: this.hashes }),
      warn: (warning) => void warnings.push(warning),
    };
  }

  private readRow(file_row: FileRow, row: number, reading: Reading, done: Outcome[][]): void {
    const { mapping } = this;
    const { counts, told } = reading;
    const fate = mapping.take(file_row, done);
    const outcomes = done[0]!;
    let items = 0;
    for (const outcome of outcomes) {
      if ('problem' in outcome) told.push({ row, kind: 'refused', problem: outcome.problem, file_row });
      else {
        items += 1;
        this.readItem(outcome.item, file_row, row, reading);
      }
    }
    outcomes.length = 0;
    const [first] = mapping.mappings;
    const { matched } = first!;
    first!.matched = 0;
    for (const note of mapping.takeNotes().list) told.push({ row, kind: 'note', note });
    counts.items[row] = items;
    counts.matched[row] = matched;
    if (fate === 'left out') counts.left_out[row] = 1;
    if (items !== 1 || matched !== 1) reading.is_uniform = false;
  }

  private readItem(item: Item, file_row: FileRow, row: number, reading: Reading): void {
    const { record } = this;
    const { told, warnings } = reading;
    const place = reading.items;
    reading.items += 1;
    warnings.length = 0;
    const { brand_rules } = this.settings;
    const branded = brand_rules === null ? item : withBrand(item, reading.context, brand_rules, null);
    const read = recordKind(record).read(branded, reading.context);
    if (isProblem(read)) {
      told.push({ row, kind: 'rejected', item: place, problem: read, file_row });
      return;
    }
    const aged = agedProblem(this.settings.edges, record, read);
    if (aged !== undefined) {
      told.push({ row, kind: 'rejected', item: place, problem: aged, file_row });
      return;
    }
    for (const warning of warnings) told.push({ row, kind: 'warning', item: place, warning });
    const older = takeOlderIds(read);
    const link = takeAddressLink(read);
    if (this.has_amounts) for (const amount of amountsOf(record, item)) reading.amounts.push({ ...amount, row });
    if (this.settings.keeps === 'nothing') return;
    const fresh = [...(link === null ? [] : [link]), ...linksOfOlderIds(read, older, recordKind(record).subjects)];
    if (fresh.length > 0) reading.links.push(...this.links.of(fresh));
    // A statement about ids that have older hashes is one about these, too.
    for (const one of record === 'identity_links' && older.size > 0 ? statedOfOlderIds(read, older) : []) {
      reading.row_of[reading.kept.length] = row;
      reading.kept.push(keepRecord(record, one, this.privacy));
    }
    reading.row_of[reading.kept.length] = row;
    reading.kept.push(keepRecord(record, read, this.privacy));
  }

  private pack(kept: readonly KeptRecord[]): PartBytes {
    return partBytes(this.record, kept, this.settings.keeps === 'columns' ? this.fill(kept) : undefined);
  }

  /** Undefined where the rows are made when they are loaded: a value that does not fit is found and set aside there. */
  private fill(kept: readonly KeptRecord[]): FilledRows[] | undefined {
    // Records that may have a rival are compared one by one.
    if (recordKind(this.record).pages === 'if_allowed') return undefined;
    const filled: FilledRows[] = [];
    try {
      for (let at = 0; at < kept.length; at += CHUNK_ROWS) filled.push(this.fillChunk(kept.slice(at, at + CHUNK_ROWS)));
      return filled;
    } catch (error) {
      if (error instanceof RowFault) return undefined;
      throw error;
    }
  }

  private fillChunk(kept: readonly KeptRecord[]): FilledRows {
    const items = kept.map(({ item }) => item);
    const added = kept.map((one) => this.addedTo(one));
    const sent = new Set<string>();
    for (const item of items) for (const name in item) sent.add(name);
    const [first = {}] = added;
    return fillRows(this.record, kept.length, (name) => (name in first ? added : sent.has(name) ? items : undefined));
  }

  /** The columns of a row that are not the fields of its record: as the loader makes them. */
  private addedTo({ item, content_hash }: KeptRecord): Row {
    const added: Row = this.enrich(this.record, item);
    for (const { name, fill } of this.derived) if (fill) added[name] = fill(item);
    added['content_hash'] = int64OfHex(content_hash);
    return added;
  }
}

function linesOf(rows: readonly FileRow[]): number | Uint32Array {
  const first = rows[0]?.line ?? 0;
  return rows.every(({ line }, i) => line === first + i) ? first : Uint32Array.from(rows, ({ line }) => line);
}
