/** The brand of a draft that names none, from a key for all brands: by the host of its page, or by the domain of its email. */
import { badRequest } from '../domain/errors.ts';
import { brandProblem } from '../domain/record.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { hostOf } from '../enrichment/url.ts';
import type { Caller } from './envelope.ts';

const BrandByName = Type.Record(Type.String(), Type.String());
export const BrandRulesSchema = Type.Object(
  { hosts: Type.Optional(BrandByName), sender_domains: Type.Optional(BrandByName) },
  { additionalProperties: false },
);

/** Brands by host. An entry holds for the host and for all hosts below it; the longest entry decides. */
export interface BrandRules {
  hosts: ReadonlyMap<string, string>;
  sender_domains: ReadonlyMap<string, string>;
}

/** Reads the rules. @throws bad_request naming the setting. */
export function brandRules({ hosts = {}, sender_domains = {} }: Static<typeof BrandRulesSchema>): BrandRules {
  return { hosts: byHost('hosts', hosts), sender_domains: byHost('sender_domains', sender_domains) };
}

function byHost(name: string, rules: Readonly<Record<string, string>>): Map<string, string> {
  const read = new Map<string, string>();
  for (const [text, brand_id] of Object.entries(rules)) {
    const where = `config.brand_rules.${name}.${text.slice(0, 100)}`;
    const host = hostOf(text);
    if (host === null || host.includes('://')) throw badRequest(where, 'is not a host; write it such as shop.example');
    const problem = brandProblem(brand_id);
    if (problem) throw badRequest(where, problem);
    read.set(host, brand_id);
  }
  return read;
}

/** What decided the brand of drafts that named none. */
export const DECIDED_BY = ['host', 'sender_domain', 'default'] as const;
export type DecidedBy = (typeof DECIDED_BY)[number];
export type BrandCounts = Record<DecidedBy, number>;

/** What an event says of where it happened. */
export interface Whereabouts {
  /** The URL of its page. */
  page?: unknown;
  /** An address of the sender, the domain of one, or a message id, whose right side is the domain that sent the email (RFC 5322, 3.6.4). */
  sender?: unknown;
}

interface Decided {
  brand_id: string | undefined;
  by: DecidedBy;
}

/** The brand by the rules; undefined if none fits, so that the event is of the default brand. */
export function ruledBrand(rules: BrandRules, { page, sender }: Whereabouts): Decided {
  const of_page = typeof page === 'string' ? brandOf(rules.hosts, hostOf(page)) : undefined;
  if (of_page !== undefined) return { brand_id: of_page, by: 'host' };
  const brand_id = typeof sender === 'string' ? brandOf(rules.sender_domains, domainOf(sender)) : undefined;
  return { brand_id, by: brand_id === undefined ? 'default' : 'sender_domain' };
}

const domainOf = (sender: string): string | null =>
  hostOf(sender.slice(sender.lastIndexOf('@') + 1).replace(/>.*$/s, ''));

/**
 * The draft with its brand. A draft that names a brand, and every draft of a key for one brand, stays as it is: a rule never moves
 * what a key sends to another brand. Without a match the draft stays, and is of the default brand.
 * @param page the page of a draft that has no field for it.
 */
export function withBrand(
  input: unknown,
  { key_brand_id }: Pick<Caller, 'key_brand_id'>,
  rules: BrandRules,
  counts: BrandCounts | null,
  page?: string,
): unknown {
  if (key_brand_id !== null || typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const { brand_id, url, conversion_page, message_id } = input as Record<string, unknown>;
  if (brand_id !== undefined && brand_id !== null) return input;
  const { brand_id: found, by } = ruledBrand(rules, { page: url ?? conversion_page ?? page, sender: message_id });
  if (counts !== null) counts[by] += 1;
  return found === undefined ? input : { ...input, brand_id: found };
}

function brandOf(rules: ReadonlyMap<string, string>, host: string | null): string | undefined {
  for (let at: string | null = host; at !== null; at = parentOf(at)) {
    const found = rules.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parentOf(host: string): string | null {
  const dot = host.indexOf('.');
  return dot < 0 ? null : host.slice(dot + 1);
}
