/**
 * Links that show one view or one table to who has them. A link holds a token of 256 random bits, and the store holds its SHA-256. The token of an
 * embedded page is signed, and says itself what it shows and until when. A link is read from the store at each use, so a revoked one ends
 * at once, in every process.
 */
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { nameFault } from '../domain/text.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State } from '../state/port.ts';
import { secretOf } from '../state/secrets.ts';
import type { HashedPassword } from './passwords.ts';
import type { PeriodName } from './periods.ts';

export const LINKS = 'share_links';
/** A page of the dashboard, a table for spreadsheets, or a page within a page of another site. */
export const LINK_KINDS = ['page', 'csv', 'embed'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];
export const DEFAULT_LINK_DAYS = 7;
export const MAX_LINK_DAYS = 90;
const MAX_LINKS = 1_000;
const MAX_NAME_LENGTH = 100;
const TOKEN_BYTES = 32;
const SIGNING_SECRET = 'share_embeds';

export interface Link {
  link_id: string;
  kind: LinkKind;
  name: string;
  /** The brand that it shows; null for all. */
  brand_id: string | null;
  /** What it shows: a page with its view, or a report with its parameters. */
  address: string;
  /** Days that move with the clock; null if the address has the days. */
  period: PeriodName | null;
  /** The log position that it shows; the newest one when left out. */
  as_of?: string;
  password: HashedPassword | null;
  expires_ms: number;
  created_ms: number;
  /** The name of the key or person that made it. */
  created_by: string;
}

export type NewLink = Pick<
  Link,
  'kind' | 'name' | 'brand_id' | 'address' | 'period' | 'as_of' | 'password' | 'created_by'
> & {
  days: number;
  /** A token of the caller's own, of at least 256 secret bits; a new one when left out. A link with the same token is replaced. */
  token?: string;
};

/** What the token of an embedded page says. The view is the hash of its address, since a token must fit into a path. */
interface Claims {
  link_id: string;
  brand_id: string | null;
  view: string;
  expires_ms: number;
}

export class Links {
  constructor(
    private readonly state: State,
    private readonly clock: () => number,
  ) {}

  /** Links that are not over, the first to end first. */
  async list(sees: (brand_id: string | null) => boolean): Promise<Link[]> {
    const found = (await this.all()).map(({ link }) => link);
    const now_ms = this.clock();
    return found
      .filter(({ brand_id, expires_ms }) => expires_ms > now_ms && sees(brand_id))
      .sort((a, b) => a.expires_ms - b.expires_ms || (a.link_id < b.link_id ? -1 : 1));
  }

  /**
   * Makes a link. Links that are over make room.
   * @returns its token, which only this answer shows.
   * @throws bad_request; conflict when there are too many; state_unavailable.
   */
  async create({ days, token: own, ...given }: NewLink): Promise<{ link: Link; token: string }> {
    checkName(given.name);
    const created_ms = this.clock();
    const link_id = `lnk_${randomBytes(6).toString('hex')}`;
    const link: Link = { link_id, ...given, created_ms, expires_ms: created_ms + days * MS_PER_DAY };
    const token =
      link.kind === 'embed' ? await this.signed(link) : (own ?? randomBytes(TOKEN_BYTES).toString('base64url'));
    const known = await this.all();
    const over = known.filter(({ link: { expires_ms } }) => expires_ms <= created_ms);
    if (known.length - over.length >= MAX_LINKS)
      throw new TributaryError('conflict', `there are ${MAX_LINKS} links, the limit; revoke some first`);
    await this.state.transaction(async (transaction) => {
      for (const { key } of over) await transaction.delete(LINKS, key);
      await transaction.put(LINKS, digestOf(token), link as unknown as Json);
    });
    return { link, token };
  }

  /** Revokes a link. @throws not_found; state_unavailable. */
  async revoke(link_id: string, sees: (brand_id: string | null) => boolean): Promise<void> {
    const found = (await this.all()).find(({ link }) => link.link_id === link_id && sees(link.brand_id));
    if (found === undefined)
      throw new TributaryError('not_found', 'link_id: there is no such link; list them first', { field: 'link_id' });
    await this.state.transaction((transaction) => transaction.delete(LINKS, found.key));
  }

  /** The link of a token; undefined if there is none, or it is over. @throws state_unavailable. */
  async find(token: string): Promise<Link | undefined> {
    const stored = await this.state.get(LINKS, digestOf(token));
    if (stored === undefined) return undefined;
    const link = stored as unknown as Link;
    if (link.expires_ms <= this.clock()) return undefined;
    if (link.kind !== 'embed') return link;
    const claims = await this.claimsOf(token);
    return JSON.stringify(claims) === JSON.stringify(claimsFor(link)) ? link : undefined;
  }

  private async all(): Promise<Array<{ key: string; link: Link }>> {
    const found: Array<{ key: string; link: Link }> = [];
    for await (const { key, value } of everyEntry(this.state, LINKS))
      found.push({ key, link: value as unknown as Link });
    return found;
  }

  private async signed(link: Link): Promise<string> {
    const content = Buffer.from(JSON.stringify(claimsFor(link))).toString('base64url');
    return `${content}.${(await this.signatureOf(content)).toString('base64url')}`;
  }

  /** What a signed token says; undefined for a wrong signature. */
  private async claimsOf(token: string): Promise<Claims | undefined> {
    const [content = '', signature = ''] = token.split('.');
    const [right, sent] = [await this.signatureOf(content), Buffer.from(signature, 'base64url')];
    if (sent.length !== right.length || !timingSafeEqual(sent, right)) return undefined;
    return JSON.parse(Buffer.from(content, 'base64url').toString()) as Claims;
  }

  private async signatureOf(content: string): Promise<Buffer> {
    return createHmac('sha256', await secretOf(this.state, SIGNING_SECRET))
      .update(content)
      .digest();
  }
}

function claimsFor({ link_id, brand_id, address, expires_ms }: Link): Claims {
  return { link_id, brand_id, view: digestOf(address), expires_ms };
}

const digestOf = (token: string): string => hash('sha256', token, 'hex');

function checkName(name: string): void {
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH)
    throw badRequest('name', `must be 1 to ${MAX_NAME_LENGTH} characters`);
  const fault = nameFault(name);
  if (fault) throw badRequest('name', fault);
}
