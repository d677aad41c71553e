/**
 * The brand of each subject with touchpoints. A subject never changes its brand, so what is read is kept, and later reports read
 * only what is new. A log of one brand needs no list.
 */
import type { Snapshot } from '../warehouse/port.ts';
import { between, isWithin, type Position } from '../warehouse/position.ts';
import { fill } from '../warehouse/relation.ts';
import type { Histories } from './histories.ts';
import { keyHalves } from './key-index.ts';
import { HISTORY_BRANDS } from './relations.ts';
import { roomFor } from './room.ts';

type Subjects = Histories['subjects'];

const known = new WeakMap<Subjects, SubjectBrands>();

export class SubjectBrands {
  private readonly brands: string[] = [];
  /** By subject, 1 and the place of its brand in `brands`; 0 if it was not read. Empty while there is one brand. */
  private brand_of = new Uint32Array(0);
  private position: Position = new Map();

  private constructor(private readonly subjects: Subjects) {}

  /** The brands of subjects, as of a position or later. */
  static async of(snapshot: Snapshot, subjects: Subjects, position: Position): Promise<SubjectBrands> {
    const own = known.get(subjects) ?? new SubjectBrands(subjects);
    known.set(subjects, own);
    if (!isWithin(position, own.position)) await own.extend(snapshot, position);
    return own;
  }

  /** By subject, the place of its brand in a list; -1 for subjects of other brands. */
  placesIn(brand_ids: readonly string[]): (subject: number) => number {
    const places = this.brands.map((brand_id) => brand_ids.indexOf(brand_id));
    const { brand_of } = this;
    if (places.length === 1) return () => places[0]!;
    return (subject) => places[(brand_of[subject] ?? 0) - 1] ?? -1;
  }

  /** The place of the brand of all subjects in a list; null if there are several brands. */
  onlyPlaceIn(brand_ids: readonly string[]): number | null {
    return this.brands.length === 1 ? brand_ids.indexOf(this.brands[0]!) : null;
  }

  private async extend(snapshot: Snapshot, position: Position): Promise<void> {
    const was_one = this.brands.length <= 1;
    const rows = await snapshot.query(
      `select distinct t.brand_id as brand_id from touchpoints t where ${between('t', this.position, position)}`,
    );
    for (const { brand_id } of rows) if (!this.brands.includes(String(brand_id))) this.brands.push(String(brand_id));
    if (this.brands.length > 1) await this.read(snapshot, was_one ? new Map() : this.position, position);
    // A position that is read later, while this one was read, may be beyond it.
    const both = new Map(this.position);
    for (const [name, seq] of position) both.set(name, Math.max(seq, both.get(name) ?? 0));
    this.position = both;
  }

  private async read(snapshot: Snapshot, after: Position, position: Position): Promise<void> {
    await fill(
      snapshot,
      HISTORY_BRANDS,
      this.brands.map((brand_id, brand_no) => ({ brand_id, brand_no })),
    );
    await snapshot.columns(
      `select ${keyHalves('t.subject_key', 'subject')}, float64(t.brand_no) as brand_no
       from (select distinct t.subject_key as subject_key, b.brand_no as brand_no
         from touchpoints t join ${HISTORY_BRANDS.name} b on b.brand_id = t.brand_id where ${between('t', after, position)}) t`,
      {},
      ({ rows, cells }) => {
        const [high, low, brand_no] = cells as ReadonlyArray<ArrayLike<number>>;
        this.brand_of = roomFor(this.brand_of, this.subjects.size);
        for (let i = 0; i < rows; i++) {
          const subject = this.subjects.find(high![i]!, low![i]!);
          if (subject >= 0) this.brand_of[subject] = brand_no![i]! + 1;
        }
      },
    );
  }
}
