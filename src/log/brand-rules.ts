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

/**
 * The draft with its brand. A draft that names a brand, and every draft of a key for one brand, stays as it is: a rule never moves
 * what a key sends to another brand. Without a match the draft stays, and is of the default brand.
 */
export function withBrand(input: unknown, { key_brand_id }: Caller, rules: BrandRules, counts: BrandCounts): unknown {
  if (key_brand_id !== null || typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const { brand_id, url, message_id } = input as Record<string, unknown>;
  if (brand_id !== undefined && brand_id !== null) return input;
  const of_page = typeof url === 'string' ? brandOf(rules.hosts, hostOf(url)) : undefined;
  // The right side of a message id is the domain that sent the email (RFC 5322, 3.6.4).
  const domain =
    typeof message_id === 'string' ? hostOf(message_id.slice(message_id.lastIndexOf('@') + 1).replace(/>$/, '')) : null;
  const found = of_page ?? brandOf(rules.sender_domains, domain);
  counts[found === undefined ? 'default' : of_page === undefined ? 'sender_domain' : 'host'] += 1;
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
