/**
 * The link that ends the mails of a schedule: a page with a button, because programs that check mail open every link, and a POST that mail
 * programs send at one click (RFC 8058). Its token names a recipient without the address. The body is not read.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Recipients } from '../schedules/recipients.ts';
import type { Guesses } from './guesses.ts';
import type { Route } from './route.ts';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
} as const;

const form = (action: string, button: string): string =>
  `<form method="post" action="${action}"><button>${button}</button></form>`;

function page(title: string, text: string, rest = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}</title><h1>${title}</h1><p>${text}</p>${rest}</html>\n`;
}

const UNKNOWN = page(
  'Link not found',
  'This link does not work. It may have been cut; open it from the mail again, or ask who sends the report.',
);
/** Relative to `/u/TOKEN`. */
const asked = (token: string): string =>
  page('Unsubscribe', 'Stop getting this report by mail?', form(`/u/${token}`, 'Unsubscribe'));
const done = (token: string): string =>
  page(
    'Unsubscribed',
    'You get this report no more.',
    form(`/u/${token}/again`, 'That was a mistake: send it to me again'),
  );
const again = page('Subscribed', 'You get this report again.');

export function unsubscribeRoutes(recipients: Recipients, guesses: Guesses): Route[] {
  const common = {
    tag: 'operation',
    scope: null,
    path_parameters: { token: 'The token of a recipient' },
    reads_query: false,
    answers: { 200: { description: 'A page', content_type: 'text/html' } },
  } as const;
  type Work = (key: string, token: string) => Promise<string> | string;
  const handle =
    (work: Work) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<string> => {
      const { token } = request.params as { token: string };
      reply.headers(HEADERS);
      const key = await recipients.find(token);
      if (key !== undefined) return work(key, token);
      reply.code(guesses.count(request.ip) === undefined ? 404 : 429);
      return UNKNOWN;
    };
  return [
    {
      ...common,
      method: 'GET',
      path: '/u/:token',
      summary: 'The page that ends the mails of a schedule',
      handle: handle(async (key, token) => ((await recipients.hasUnsubscribed(key)) ? done(token) : asked(token))),
    },
    {
      ...common,
      method: 'POST',
      path: '/u/:token',
      summary: 'End the mails of a schedule',
      handle: handle(async (key, token) => {
        await recipients.unsubscribe(key);
        return done(token);
      }),
    },
    {
      ...common,
      method: 'POST',
      path: '/u/:token/again',
      summary: 'Get the mails of a schedule again',
      handle: handle(async (key) => {
        await recipients.subscribe(key);
        return again;
      }),
    },
  ];
}
