/** Reads the drafts of an envelope: what is accepted becomes records of the log, what is refused gets its reason. */
import type { CustomerIds, EmailPersonOf } from '../domain/email-ids.ts';
import { EqualLines } from '../domain/equal-lines.ts';
import { type Problem, TributaryError } from '../domain/errors.ts';
import { customerMark, linksOfOlderIds, statedOfOlderIds, takeOlderIds } from '../domain/hashed-ids.ts';
import { recordKind } from '../domain/index.ts';
import type { PersonHashes } from '../domain/person-hashes.ts';
import { isProblem, type ReadContext } from '../domain/record.ts';
import type { PrivacyOptions } from '../enrichment/private.ts';
import { agedProblem, type Edges } from '../privacy/retention/edges.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { type Acknowledgement, addWarnings } from './acknowledgement.ts';
import type { AddressLinks } from './address-links.ts';
import { type BrandCounts, type BrandRules, withBrand } from './brand-rules.ts';
import type { DeniedCounts, DeniedEvent } from './denied-counts.ts';
import type { Caller, Draft } from './envelope.ts';
import { type KeptRecord, keepRecord } from './kept-record.ts';
import type { Limits } from './limits.ts';
import type { SaidConsent, SaidConsents } from './said-consents.ts';
import { senderProblem } from './senders.ts';

export interface ReadingOptions {
  now_ms: number;
  limits: Limits;
  privacy: PrivacyOptions;
  defaultCurrency: (brand_id: string) => string;
  customerIds?: (brand_id: string) => CustomerIds;
  emailPersonOf?: EmailPersonOf;
  personHashes?: PersonHashes;
  takesPageConversions?: (brand_id: string) => boolean;
  brand_rules?: BrandRules | null;
  brands_decided: BrandCounts;
  /** Says of which events only a count is left; all are stored when left out. */
  denied?: Pick<DeniedCounts, 'of'>;
  /** Records before these edges are refused; none when left out. */
  edges?: Edges;
}

interface Drafted {
  answer: Acknowledgement;
  /**
   * The accepted records, each followed by the link of its customer with their address, if it brings a new one, and by the consent that
   * it brings.
   */
  records: KeptRecord[];
  /** By record, the place of its draft. */
  indexes: number[];
  /** The ids of the links. */
  links: string[];
  consents: SaidConsent[];
  /** Events of which only a count is left. */
  denied: DeniedEvent[];
}

/** @throws too_large over the item limit. */
export async function readDrafts(
  drafts: readonly Draft[],
  caller: Caller,
  options: ReadingOptions,
  address_links: AddressLinks,
  said_consents: SaidConsents,
): Promise<Drafted> {
  const {
    limits,
    now_ms,
    privacy,
    defaultCurrency,
    customerIds,
    emailPersonOf,
    brand_rules,
    brands_decided,
    personHashes,
  } = options;
  if (drafts.length > limits.max_items) {
    throw new TributaryError(
      'too_large',
      `body: ${drafts.length} items in one request; the limit is ${limits.max_items}, split them over several requests`,
      { field: 'body' },
    );
  }
  let warnings: Problem[] = [];
  const warn = (warning: Problem): void => void warnings.push(warning);
  const of_brands = {
    defaultCurrency,
    ...(customerIds && { customerIds }),
    ...(emailPersonOf && { emailPersonOf }),
    ...(personHashes && { personHashes }),
  };
  const context: ReadContext = { now_ms, ...of_brands, equal_lines: new EqualLines(), ...caller, warn };
  const answer: Acknowledgement = { accepted: 0, ids: [], rejected: [] };
  const [records, indexes, links]: [KeptRecord[], number[], string[]] = [[], [], []];
  const consents: SaidConsent[] = [];
  const denied: DeniedEvent[] = [];
  /** The last consent that is kept of each person in this request. */
  const said_here = new Map<string, SaidConsent>();
  const keepConsent = (said: SaidConsent, index: number): void => {
    records.push(keepRecord('consents', said.record, privacy, caller.from_page));
    indexes.push(index);
    consents.push(said);
    said_here.set(said.person, said);
  };
  const turns = new WorkTurns();
  for (let index = 0; index < drafts.length; index++) {
    if (turns.ends()) await turns.next();
    const { record, input: given, page } = drafts[index]!;
    const input = brand_rules ? withBrand(given, caller, brand_rules, brands_decided, page) : given;
    if (warnings.length > 0) warnings = [];
    const kind = recordKind(record);
    const read = kind.read(input, context);
    const problem = isProblem(read)
      ? read
      : (senderProblem(record, read, caller, options) ?? (options.edges && agedProblem(options.edges, record, read)));
    if (problem) answer.rejected.push({ index, ...problem });
    else if (!isProblem(read)) {
      const older = takeOlderIds(read);
      // A record of its own says anew what holds.
      if (record === 'consents') said_here.clear();
      const said = said_consents.of(record, input, read, context, warn);
      const kept = keepRecord(record, read, privacy, caller.from_page);
      const id = read[kind.id_field] as string;
      const only_counted = said === null ? undefined : options.denied?.of(record, kept.item, id, said.record);
      if (said !== null && only_counted) {
        denied.push(only_counted);
        // Of who had said something else there may be data, so this is a withdrawal, and has to be known.
        if (said_consents.isChange(said, said_here)) keepConsent(said, index);
        continue;
      }
      const link = address_links.take(read, caller, context);
      const rotated = [
        ...(record === 'identity_links' && older.size > 0 ? statedOfOlderIds(read, older) : []),
        ...address_links.fresh(linksOfOlderIds(read, older, kind.subjects), context),
      ];
      records.push(kept);
      indexes.push(index);
      answer.ids.push(id);
      addWarnings(answer, index, warnings);
      if (link !== null) {
        records.push(keepRecord('identity_links', link, privacy));
        indexes.push(index);
        links.push(link['link_id'] as string);
      }
      for (const one of rotated) {
        records.push(keepRecord('identity_links', one, privacy));
        indexes.push(index);
        links.push(one['link_id'] as string);
      }
      for (const one of record === 'identity_links' ? [read, ...rotated] : rotated) {
        const mark = customerMark(one);
        if (mark === null) continue;
        records.push(keepRecord('consents', mark, privacy));
        indexes.push(index);
      }
      if (said !== null && !said_consents.isRepeated(said, said_here)) keepConsent(said, index);
    }
  }
  if (denied.length > 0) answer.counted = denied.length;
  return { answer, records, indexes, links, consents, denied };
}
