/**
 * What who has a link may open, without a key: its page, the answers of that page, or its table. The token is a capability, so it stays in the path:
 * the log and the metrics hold the patterns of paths, and no page or table tells another site where it was opened.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import { mainTableOf } from '../reports/declare.ts';
import type { Link, LinkKind } from '../sharing/links.ts';
import { isPassword } from '../sharing/passwords.ts';
import { secretOf } from '../state/secrets.ts';
import { Allowances } from './allowances.ts';
import { csvInTurns, jsonInTurns } from './answer-text.ts';
import type { DashboardPage } from './dashboard-routes.ts';
import { networkOf } from './guesses.ts';
import { packedFor } from './packed-answer.ts';
import type { Route, Services } from './route.ts';
import { cookieIn } from './sessions.ts';
import type { SharedAnswers } from './shared-answers.ts';

const COOKIE = 'tributary_share';
/** A password is asked for again after this time. */
const ENTERED_MS = 12 * MS_PER_HOUR;
const PASSWORD_SECRET = 'share_passwords';
const ASKS_PER_MINUTE = 240;
const WRONG_PASSWORDS = { of_client: 10, of_link: 100, window_ms: 15 * MS_PER_MINUTE };

const HEADERS = {
  'x-robots-tag': 'noindex, nofollow, noarchive',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

type Handle = (link: Link, request: FastifyRequest, reply: FastifyReply) => unknown;

export class SharedRoutes {
  private readonly asks = new Allowances(ASKS_PER_MINUTE, MS_PER_MINUTE, 'this link is asked too often');
  private readonly of_client = wrong(WRONG_PASSWORDS.of_client);
  private readonly of_link = wrong(WRONG_PASSWORDS.of_link);

  constructor(
    private readonly services: Services,
    private readonly answers: SharedAnswers,
    private readonly page: DashboardPage,
  ) {}

  routes(): Route[] {
    const pages: LinkKind[] = ['page', 'embed'];
    const common = {
      tag: 'operation',
      scope: null,
      path_parameters: { token: 'The token of a link' },
      answers: { 200: { description: 'What the link shows' } },
    } as const;
    const get = (path: string, summary: string, kinds: LinkKind[], handle: Handle): Route => ({
      ...common,
      method: 'GET',
      path,
      summary,
      reads_query: false,
      handle: async (request, reply) => handle(await this.opened(request, reply, kinds), request, reply),
    });
    return [
      {
        ...common,
        method: 'GET',
        path: '/s/:token',
        summary: 'The page of a link',
        reads_query: false,
        handle: (request, reply) => this.sendPage(request, reply),
      },
      get('/s/:token/view', 'The view of a link', pages, (link) => this.viewOf(link)),
      get('/s/:token/table.csv', 'The table of a link', ['csv'], (link, request, reply) =>
        this.sendTable(link, request, reply),
      ),
      get('/s/:token/v1/*', 'An answer of the page of a link', pages, (link, request, reply) =>
        this.sendAnswer(link, request, reply),
      ),
      {
        ...common,
        method: 'POST',
        path: '/s/:token/password',
        summary: 'Enter the password of a link',
        handle: (request, reply) => this.enter(request, reply),
      },
    ];
  }

  /** The link of a request, without looking at its password. @throws not_found; rate_limited. */
  private async find(request: FastifyRequest, reply: FastifyReply, kinds: readonly LinkKind[]): Promise<Link> {
    reply.headers({ ...HEADERS, 'cache-control': 'no-store' });
    const link = await this.services.tributary.links.find(tokenOf(request));
    if (link === undefined || !kinds.includes(link.kind)) throw this.services.guesses.count(request.ip) ?? gone();
    this.asks.take(link.link_id);
    return link;
  }

  private async opened(request: FastifyRequest, reply: FastifyReply, kinds: readonly LinkKind[]): Promise<Link> {
    const link = await this.find(request, reply, kinds);
    if (link.password !== null && !(await this.hasEntered(link, request)))
      throw new TributaryError('unauthorized', 'this link needs its password', { field: 'password' });
    return link;
  }

  /** The page is the same for every link, and asks for its view. Only other sites that are configured may frame it, and only to embed. */
  private async sendPage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const link = await this.find(request, reply, ['page', 'embed']).catch((error: Error) => error);
    if (link instanceof Error && !(link instanceof TributaryError && link.code === 'not_found')) throw link;
    const embeds = !(link instanceof Error) && link.kind === 'embed';
    const origins = embeds ? this.services.tributary.config.embed_origins : [];
    if (link instanceof Error) reply.code(404);
    return this.page.sendShared(origins, reply.headers(HEADERS));
  }

  private viewOf(link: Link): Record<string, unknown> {
    const { path, view } = this.answers.viewOf(link);
    return { name: link.name, path, view, expires_at: new Date(link.expires_ms).toISOString() };
  }

  private async sendAnswer(link: Link, request: FastifyRequest, reply: FastifyReply): Promise<string | Buffer> {
    const { '*': rest } = request.params as { '*': string };
    const sent = Object.entries(request.query as Record<string, string | string[]>);
    const parameters = Object.fromEntries(sent.map(([name, value]) => [name, [value].flat()]));
    const { answer } = await this.answers.ofPage(link, { path: `/v1/${rest}`, parameters }, reply);
    reply.header('content-type', 'application/json; charset=utf-8');
    return this.services.outgoing.write(request, async () => packedFor(request, reply, await jsonInTurns(answer)));
  }

  /** A spreadsheet asks again and again, so an unchanged table is answered without its rows. Nobody may use it without asking. */
  private async sendTable(link: Link, request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
    const { report, answer, style } = await this.answers.ofTable(link, reply);
    const text = await this.services.outgoing.write(request, () =>
      csvInTurns(answer, mainTableOf(report, answer), style),
    );
    const etag = `"${hash('sha256', text, 'hex').slice(0, 32)}"`;
    reply.headers({
      etag,
      'cache-control': 'private, no-cache',
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'inline; filename="table.csv"',
    });
    if (request.headers['if-none-match'] !== etag) return text;
    reply.code(304);
    return undefined;
  }

  private async enter(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const link = await this.find(request, reply, ['page']);
    const { password } = (request.body ?? {}) as { password?: unknown };
    if (typeof password !== 'string') throw badRequest('password', 'is required; enter the password of the link');
    if (link.password === null) return { entered: true };
    const client = `${link.link_id} ${networkOf(request.ip)}`;
    // Counted before it is compared, so that many attempts at the same time are all counted.
    this.of_client.take(client);
    this.of_link.take(link.link_id);
    if (!(await isPassword(password, link.password)))
      throw new TributaryError('unauthorized', 'this is not the password of the link', { field: 'password' });
    this.of_client.give(client);
    this.of_link.give(link.link_id);
    const ends_ms = Math.min(link.expires_ms, this.clock() + ENTERED_MS);
    const value = `${ends_ms}.${(await this.proofOf(link, ends_ms)).toString('base64url')}`;
    const max_age_s = Math.floor((ends_ms - this.clock()) / 1_000);
    const secure = request.protocol === 'https' ? '; Secure' : '';
    reply.header(
      'set-cookie',
      `${COOKIE}=${value}; Path=/s/${tokenOf(request)}; HttpOnly; SameSite=Strict; Max-Age=${max_age_s}${secure}`,
    );
    return { entered: true };
  }

  private async hasEntered(link: Link, request: FastifyRequest): Promise<boolean> {
    const [ends = '', proof = ''] = (cookieIn(request.headers.cookie, [COOKIE]) ?? '').split('.');
    const ends_ms = Number(ends);
    if (!/^\d+$/.test(ends) || ends_ms <= this.clock()) return false;
    const [right, sent] = [await this.proofOf(link, ends_ms), Buffer.from(proof, 'base64url')];
    return sent.length === right.length && timingSafeEqual(sent, right);
  }

  /** Who entered the password of a link has this until a time. Another password, and another link, need another one. */
  private async proofOf({ link_id, password }: Link, ends_ms: number): Promise<Buffer> {
    const secret = await secretOf(this.services.tributary.state, PASSWORD_SECRET);
    return createHmac('sha256', secret).update(`${link_id} ${password?.hash} ${ends_ms}`).digest();
  }

  private clock(): number {
    return this.services.tributary.reports.clock();
  }
}

const tokenOf = (request: FastifyRequest): string => (request.params as { token: string }).token;

const wrong = (limit: number): Allowances =>
  new Allowances(limit, WRONG_PASSWORDS.window_ms, 'too many wrong passwords for this link');

function gone(): TributaryError {
  return new TributaryError('not_found', 'this link does not exist, or it is over; ask who sent it for a new one');
}
