/** Which touchpoints of a walk consent hides: attribution/consent.ts, for one person in memory. docs/semantics.md 5. */

import type { Plan } from '../../attribution/plan.ts';
import { asksForConsent, CONSENT_MODES, type ConsentPolicy, modeFor } from '../../domain/consent/policy.ts';
import type { Label, Touchpoints } from '../histories.ts';
import type { Lists } from '../orders/lists.ts';
import type { People } from '../orders/people.ts';
import {
  CELLS,
  type ConsentColumns,
  OLDER_CELL,
  PLACE_CELL,
  PLACE_STEP,
  SAID_CELL,
  SAID_STEP,
} from './consent-rows.ts';

const NOT_NEEDED = CONSENT_MODES.indexOf('not_needed');
const OPT_OUT = CONSENT_MODES.indexOf('opt_out');
const OPT_IN = CONSENT_MODES.indexOf('opt_in');

/** The policy of a brand, by number of labels. */
export interface BrandHiding {
  /** The number of the mode in CONSENT_MODES, by label. */
  modes: Uint8Array;
  asks_for_grants: boolean;
  hides_all: boolean;
}

/** By place of the brand in the plan; null where no touchpoint needs consent. All of it is data for threads. */
export type Hiding = ReadonlyArray<BrandHiding | null>;

/** The policies of a plan. Null if no brand has one. */
export function hidingOf({ brands }: Pick<Plan, 'brands'>, labels: readonly Pick<Label, 'country'>[]): Hiding | null {
  if (!brands.some(({ settings: { consent } }) => asksForConsent(consent))) return null;
  // Most brands have the policy of the others, and most reports that of the report before.
  const known = known_hidings.get(labels) ?? new Map<string, BrandHiding>();
  known_hidings.set(labels, known);
  return brands.map(({ settings: { consent } }) => {
    if (!asksForConsent(consent)) return null;
    const name = JSON.stringify(consent);
    const own = known.get(name) ?? brandHiding(consent, labels);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, own);
    return own;
  });
}

/** By list of labels, which is replaced when labels come, the policies of brands as JSON. */
const known_hidings = new WeakMap<object, Map<string, BrandHiding>>();
const MAX_KNOWN = 64;

function brandHiding(consent: ConsentPolicy, labels: readonly Pick<Label, 'country'>[]): BrandHiding {
  const modes = Uint8Array.from(labels, ({ country }) => CONSENT_MODES.indexOf(modeFor(consent, country)));
  return { modes, asks_for_grants: modes.includes(OPT_IN), hides_all: consent.after_withdrawal === 'hide_all' };
}

const ROOM = 8;

/** What a person said, in order of time. */
class Said {
  private at_ms = new Float64Array(ROOM);
  private granted = new Uint8Array(ROOM);
  private length = 0;
  /** True if the person denied at any time. */
  has_denial = false;

  constructor(
    private readonly columns: ConsentColumns | null,
    /** The last position that counts, by number of the collector. */
    private readonly limits: Float64Array,
  ) {}

  /** Takes what the subjects of a person said. */
  take({ starts, values }: Lists, person: number): void {
    this.begin();
    if (this.columns === null) return;
    for (let i = starts[person]!; i < starts[person + 1]!; i++) this.append(this.columns, values[i]!);
    if (this.length > 1) this.sort();
  }

  takeSubject(subject: number): void {
    this.begin();
    this.add(subject);
    this.ready();
  }

  /** Begins with another person. Call {@link add} for each subject of it, then {@link ready}. */
  begin(): void {
    this.length = 0;
    this.has_denial = false;
  }

  add(subject: number): void {
    if (this.columns !== null) this.append(this.columns, subject);
  }

  ready(): void {
    if (this.length > 1) this.sort();
  }

  /** True if the last word of the person is a denial. */
  get isDenial(): boolean {
    return this.length > 0 && this.granted[this.length - 1] === 0;
  }

  /** True if the person had said something at or before an instant. */
  holdsAt(ms: number): boolean {
    return this.length > 0 && this.at_ms[0]! <= ms;
  }

  /** What held at an instant. `from` is where to look first: calls of rising instants pass on what the last one returned. */
  until(ms: number, from: number): number {
    let said = from;
    while (said < this.length && this.at_ms[said]! <= ms) said += 1;
    return said;
  }

  /** True if a touchpoint is hidden. @param said how many statements lie at or before it. */
  hides(mode: number, said: number): boolean {
    if (said === 0) return mode === OPT_IN;
    return (mode === OPT_IN || mode === OPT_OUT) && this.granted[said - 1] === 0;
  }

  private append({ newest, cells }: ConsentColumns, subject: number): void {
    if (subject >= newest.length) return;
    for (let row = Atomics.load(newest, subject); row > 0; ) {
      const own = (row - 1) * CELLS;
      const place = cells[own + PLACE_CELL]!;
      row = cells[own + OLDER_CELL]!;
      const collector = Math.floor(place / PLACE_STEP);
      if (!(place - collector * PLACE_STEP <= (this.limits[collector] ?? 0))) continue;
      if (this.length === this.at_ms.length) this.grow();
      const said = cells[own + SAID_CELL]!;
      const at_ms = Math.floor(said / SAID_STEP);
      const granted = said - at_ms * SAID_STEP;
      if (granted === 0) this.has_denial = true;
      this.at_ms[this.length] = at_ms;
      this.granted[this.length++] = granted;
    }
  }

  /** Puts the statements in order of time. At one instant a denial comes last, so it counts. A chain begins with its newest. */
  private sort(): void {
    const isBefore = (a: number, b: number): boolean =>
      this.at_ms[a]! < this.at_ms[b]! || (this.at_ms[a] === this.at_ms[b] && this.granted[a]! >= this.granted[b]!);
    this.at_ms.subarray(0, this.length).reverse();
    this.granted.subarray(0, this.length).reverse();
    let sorted = 1;
    while (sorted < this.length && isBefore(sorted - 1, sorted)) sorted += 1;
    if (sorted >= this.length) return;
    const order = Uint32Array.from({ length: this.length }, (_, i) => i).sort(
      (a, b) => this.at_ms[a]! - this.at_ms[b]! || this.granted[b]! - this.granted[a]!,
    );
    const [at_ms, granted] = [this.at_ms.slice(), this.granted.slice()];
    for (const [place, from] of order.entries()) {
      this.at_ms[place] = at_ms[from]!;
      this.granted[place] = granted[from]!;
    }
  }

  private grow(): void {
    const [at_ms, granted] = [this.at_ms, this.granted];
    this.at_ms = new Float64Array(2 * at_ms.length);
    this.granted = new Uint8Array(2 * granted.length);
    this.at_ms.set(at_ms);
    this.granted.set(granted);
  }
}

/** Takes the hidden touchpoints out of walks. */
export class Hider {
  /** The hidden places of the last walk, in order of time. */
  hidden = new Uint32Array(64);
  length = 0;
  private readonly said: Said;

  constructor(
    private readonly hiding: Hiding | null,
    private readonly touchpoints: Pick<Touchpoints, 'at_ms' | 'label' | 'consents' | 'collectors'>,
    limits: Float64Array,
  ) {
    const { consents } = touchpoints;
    this.said = new Said(consents.newest.length === 0 ? null : consents, limits);
  }

  /**
   * Takes the hidden places out of those of a person.
   * @param who takes what the person said. @returns how many places are left.
   */
  hide(brand_no: number, places: Uint32Array, length: number, who: (said: Said) => void): number {
    this.length = 0;
    const own = this.hiding?.[brand_no] ?? null;
    if (own === null || length === 0) return length;
    const { said } = this;
    who(said);
    if (!said.has_denial && (!own.asks_for_grants || said.holdsAt(this.touchpoints.at_ms[places[0]!]!))) return length;
    if (length > this.hidden.length) this.hidden = new Uint32Array(2 * length);
    const { at_ms, label } = this.touchpoints;
    const hides_all = own.hides_all && said.isDenial;
    let kept = 0;
    let until = 0;
    for (let i = 0; i < length; i++) {
      const place = places[i]!;
      const mode = own.modes[label[place]!]!;
      until = said.until(at_ms[place]!, until);
      if (hides_all ? mode !== NOT_NEEDED : said.hides(mode, until)) this.hidden[this.length++] = place;
      else places[kept++] = place;
    }
    return kept;
  }
}

/** Says of single touchpoints of one person, in any order, whether consent hides them. */
export class PersonHiding {
  private readonly said: Said;
  /** The person, whose statements are read when they are asked for first. */
  private subject = -1;
  private is_read = false;
  /** The policy of the person's brand; null if it hides nothing of the person. */
  private own: BrandHiding | null = null;
  private hides_all = false;

  /** @param limits the last position that counts, by number of the collector. */
  constructor(
    private readonly hiding: Hiding,
    { consents }: Pick<Touchpoints, 'consents'>,
    private readonly people: Pick<People, 'isAlone' | 'eachSubject'>,
    limits: Float64Array,
  ) {
    this.said = new Said(consents.newest.length === 0 ? null : consents, limits);
  }

  /** Begins with another person. */
  begin(subject: number): void {
    this.subject = subject;
    this.is_read = false;
  }

  /** @param brand_no the place of the person's brand in the plan. @param label of the touchpoint. */
  hides(brand_no: number, label: number, at_ms: number): boolean {
    if (!this.is_read) this.read(this.hiding[brand_no] ?? null);
    const { own, said } = this;
    if (own === null) return false;
    const mode = own.modes[label]!;
    return this.hides_all ? mode !== NOT_NEEDED : said.hides(mode, said.until(at_ms, 0));
  }

  private read(own: BrandHiding | null): void {
    const { said, people, subject } = this;
    this.is_read = true;
    said.begin();
    if (own !== null && people.isAlone(subject)) said.add(subject);
    else if (own !== null) people.eachSubject(subject, (one) => said.add(one));
    said.ready();
    this.own = own === null || (!said.has_denial && !own.asks_for_grants) ? null : own;
    this.hides_all = own?.hides_all === true && said.isDenial;
  }
}
