/**
 * Takes the deliveries of sources: proof first, then the events, each by itself. What is accepted is on disk when the provider gets its
 * answer. What cannot be used is kept as a letter and answered as if all were well; a failure of this server is a 503, so that the
 * provider tries again.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { EmailPersonOf } from '../domain/email-ids.ts';
import { TributaryError } from '../domain/errors.ts';
import type { BrandRules } from '../log/brand-rules.ts';
import type { Collector } from '../log/collector.ts';
import type { Draft } from '../log/envelope.ts';
import { isAgedReason } from '../privacy/retention/edges.ts';
import type { State } from '../state/port.ts';
import { withoutAddress, withoutAddresses } from './addresses.ts';
import { itemsByBrand, ownerOf } from './by-brand.ts';
import { Counts, type SourceCounts } from './counts.ts';
import { PROVIDERS } from './index.ts';
import { dropLetter, keepLetters, type Letter, lettersOf, letterText, MAX_LETTERS } from './letters.ts';
import { Replays } from './replays.ts';
import type { SourceSettings } from './settings.ts';
import {
  type Delivery,
  type Item,
  type People,
  proofOf,
  type Source,
  type Surroundings,
  Unusable,
  type Verified,
} from './source.ts';
import { Unproven } from './unproven.ts';

export interface IntakeOptions {
  sources: ReadonlyMap<string, SourceSettings>;
  /** The brands of domains of senders; null without rules. */
  brand_rules: BrandRules | null;
  collector: Collector;
  state: State;
  emailPersonOf: EmailPersonOf;
  /** False for a brand whose ids are hashed: events that cannot be used are counted, with the reason, and not kept. */
  keepsItems: (brand_id: string) => boolean;
  max_items: number;
  clock: () => number;
  fetchText: Surroundings['fetchText'];
}

/** What became of some events. */
export interface Outcome {
  accepted: number;
  ignored: number;
  unusable: number;
}

/** A configured source, as it is listed. */
export interface SourceStatus extends SourceCounts {
  source_id: string;
  provider: string;
  brand_id: string;
  by_sender: boolean;
  signed: boolean;
  letters: number;
  /** The reason of the newest letter. */
  last_reason: string | null;
}

interface Translation {
  drafts: Draft[];
  /** By draft, the number of its item. */
  owners: number[];
  ignored: number;
  /** By number of an item, why it cannot be used. */
  reasons: Map<number, string>;
}

export class Intake {
  readonly counts: Counts;
  private readonly replays: Replays;

  constructor(private readonly options: IntakeOptions) {
    this.counts = new Counts(options.state);
    this.replays = new Replays(options.state, options.clock);
  }

  /**
   * Takes a delivery.
   * @param token the last part of the path, if it has one.
   * @throws not_found for an unknown source, {@link Unproven}, and what the collector throws.
   */
  async receive(id: string, token: string | undefined, delivery: Delivery): Promise<Outcome> {
    const { settings, source } = this.find(id);
    const surroundings: Surroundings = { now_ms: this.options.clock(), fetchText: this.options.fetchText };
    const verified = await this.prove(settings, source, token, delivery, surroundings);
    if (!verified.ok) {
      this.counts.add(id, { refused_deliveries: 1, last_refusal: verified.reason });
      throw new Unproven(verified.reason);
    }
    const nothing: Outcome = { accepted: 0, ignored: 0, unusable: 0 };
    if (await source.handshake?.(delivery, settings, surroundings)) return this.counted(id, nothing);
    let items: Item[];
    try {
      items = source.itemsOf(delivery);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      // A text that cannot be read may name people anywhere in it, and has no event that could be tried again.
      await this.keep(settings, [{ item: null, reason: error.message }]);
      return this.counted(id, { ...nothing, unusable: 1 });
    }
    const { outcome, letters } = await this.take(settings, source, items);
    await this.keep(settings, letters);
    return this.counted(id, outcome);
  }

  /** Tries the letters of a source again. @throws not_found, and what the collector throws. */
  async replay(id: string): Promise<Outcome> {
    const { settings, source } = this.find(id);
    const total: Outcome = { accepted: 0, ignored: 0, unusable: 0 };
    for (const { key, letter } of await lettersOf(this.options.state, id)) {
      const item = parsed(letter.item);
      const { outcome } =
        item === undefined
          ? { outcome: { accepted: 0, ignored: 0, unusable: 1 } }
          : await this.take(settings, source, [item]);
      total.accepted += outcome.accepted;
      total.ignored += outcome.ignored;
      total.unusable += outcome.unusable;
      if (outcome.unusable === 0) await dropLetter(this.options.state, key);
    }
    this.counts.add(id, { accepted: total.accepted, ignored: total.ignored });
    return total;
  }

  /** All configured sources that bring events of brands that may be seen. @param sees is asked for null where a source is of all brands. */
  async list(sees: (brand_id: string | null) => boolean): Promise<SourceStatus[]> {
    const seen = [...this.options.sources.values()].filter((settings) => sees(ownerOf(settings)));
    return Promise.all(
      seen.map(async (settings) => {
        const { id, provider, brand_id, by_sender } = settings;
        const letters = await lettersOf(this.options.state, id);
        return {
          source_id: id,
          provider,
          brand_id,
          by_sender,
          signed: proofOf(PROVIDERS.get(provider)!, settings) !== 'none',
          ...(await this.counts.of(id)),
          letters: letters.length,
          last_reason: letters.at(-1)?.letter.reason ?? null,
        };
      }),
    );
  }

  /** The brand of a source; null if it brings events of all brands. @throws not_found. */
  brandOf(id: string): string | null {
    return ownerOf(this.find(id).settings);
  }

  private find(id: string): { settings: SourceSettings; source: Source } {
    const settings = this.options.sources.get(id);
    if (settings === undefined)
      throw new TributaryError('not_found', 'source: no source has this id; add it to "sources" of the configuration');
    return { settings, source: PROVIDERS.get(settings.provider)! };
  }

  private async prove(
    settings: SourceSettings,
    source: Source,
    token: string | undefined,
    delivery: Delivery,
    surroundings: Surroundings,
  ): Promise<Verified> {
    if (!equals(token ?? '', settings.path_token ?? ''))
      return { ok: false, reason: 'the last part of the URL is not the path_token of this source' };
    const wrong = wrongPassword(settings, delivery.headers['authorization'] ?? '');
    if (wrong !== undefined) return { ok: false, reason: wrong };
    const verified: Verified = (await source.verify?.(delivery, settings, surroundings)) ?? { ok: true };
    if (!verified.ok || verified.once === undefined) return verified;
    const is_new = await this.replays.allows(`${settings.id}/${verified.once}`, delivery.body);
    return is_new ? verified : { ok: false, reason: 'the signature was used before with another content' };
  }

  private counted(id: string, outcome: Outcome): Outcome {
    this.counts.add(id, { deliveries: 1, last_delivery_ms: this.options.clock(), ...outcome });
    return outcome;
  }

  private async take(
    settings: SourceSettings,
    source: Source,
    items: readonly Item[],
  ): Promise<{ outcome: Outcome; letters: Array<{ item: Item; reason: string }> }> {
    const outcome: Outcome = { accepted: 0, ignored: 0, unusable: 0 };
    const letters: Array<{ item: Item; reason: string }> = [];
    const { brand_rules, collector } = this.options;
    const by_brand = itemsByBrand(settings, source, items, brand_rules, (by) => collector.decidedBrand(by));
    for (const [brand_id, of_brand] of by_brand) {
      const taken = await this.takeOfBrand({ ...settings, brand_id }, source, of_brand);
      outcome.accepted += taken.accepted;
      outcome.ignored += taken.ignored;
      for (const [number, reason] of taken.reasons) letters.push({ item: of_brand[number], reason });
    }
    return { outcome: { ...outcome, unusable: letters.length }, letters };
  }

  private async takeOfBrand(
    settings: SourceSettings,
    source: Source,
    items: readonly Item[],
  ): Promise<{ accepted: number; ignored: number; reasons: Map<number, string> }> {
    const { drafts, owners, ignored, reasons } = translated(settings, source, items, this.peopleOf(settings));
    const { collector, max_items } = this.options;
    let accepted = 0;
    let aged = 0;
    for (let from = 0; from < drafts.length; from += max_items) {
      const part = drafts.slice(from, from + max_items);
      const answer = await collector.accept(
        { source: `source:${settings.id}`, drafts: part },
        { key_brand_id: settings.brand_id },
      );
      accepted += answer.accepted;
      // An event that is too old is not kept as a letter either.
      for (const { index, field, reason } of answer.rejected)
        if (isAgedReason(reason)) aged += 1;
        else reasons.set(owners[from + index]!, `${field}: ${reason}`);
    }
    return { accepted, ignored: ignored + aged, reasons };
  }

  private keep(settings: SourceSettings, letters: ReadonlyArray<{ item: Item; reason: string }>): Promise<void> {
    const people = this.peopleOf(settings);
    const kept_at_ms = this.options.clock();
    return keepLetters(
      this.options.state,
      letters.slice(-MAX_LETTERS).map(
        ({ item, reason }): Letter => ({
          source_id: settings.id,
          reason: withoutAddress(reason),
          item: this.options.keepsItems(settings.brand_id) ? letterText(item, people) : '',
          kept_at_ms,
        }),
      ),
    );
  }

  private peopleOf({ brand_id }: SourceSettings): People {
    return { idOf: (address) => this.options.emailPersonOf(brand_id, address) };
  }
}

/** The drafts of items. An item that cannot be translated costs no other. */
function translated(settings: SourceSettings, source: Source, items: readonly Item[], people: People): Translation {
  const made: Translation = { drafts: [], owners: [], ignored: 0, reasons: new Map() };
  for (const [number, item] of items.entries()) {
    try {
      const result = source.translate(item, settings, people);
      if ('ignored' in result) made.ignored += 1;
      else
        for (const draft of result.drafts) {
          made.drafts.push(withoutAddresses(draft, people));
          made.owners.push(number);
        }
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      made.reasons.set(number, error.message);
    }
  }
  return made;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares two texts in constant time. */
const equals = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** Why the header with the password or token of a source is refused; undefined if it is fine. */
function wrongPassword({ basic_auth, bearer_token }: SourceSettings, header: string): string | undefined {
  if (basic_auth !== null && equals(header, basicHeader(basic_auth))) return undefined;
  if (bearer_token !== null && equals(header, `Bearer ${bearer_token}`)) return undefined;
  if (basic_auth !== null) return 'user and password do not fit basic_auth of this source; enter both at the provider';
  return bearer_token === null
    ? undefined
    : 'the token does not fit bearer_token of this source; enter it at the provider';
}

const basicHeader = ({ user, password }: { user: string; password: string }): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
