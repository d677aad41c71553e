/** Routes for emails: instrumenting, the keys of links, and what the link door (`link-door.ts`) answers. */
import { customerIds } from '../config.ts';
import { brandWithin } from '../domain/brand-access.ts';
import { badRequest } from '../domain/errors.ts';
import { Type } from '../domain/typebox.ts';
import { type Instrumented, instrumentHtml } from '../email/instrument.ts';
import { InstrumentRequest, readInstrumentRequest } from '../email/request.ts';
import { withBrand } from '../log/brand-rules.ts';
import type { EmailKeys } from './email-keys.ts';
import type { DescribedRoute, Route, Services } from './route.ts';

const HTML = '<p>See our <a href="https://shop.example/spring">spring sale</a></p>';
const KEY_EXAMPLE = { kid: '5d0c1e9a', use: 'signing', name: null, created_at: '2026-03-01T08:00:00.000Z' };

export function instrumentRoute({ tributary }: Services, keys: EmailKeys): Route {
  const { config, reports } = tributary;
  return {
    method: 'POST',
    path: '/v1/email/instrument',
    tag: 'collect',
    scope: 'write',
    summary: 'Make the links of an email tracked, and add the open pixel',
    description:
      'Everything but the addresses of links stays byte for byte as it is. Links to unsubscribe, `mailto:` and their like, anchors, links that are tracked already and links with `data-tributary-skip` stay as they are. No URL shows who the recipient is.',
    body: {
      required: true,
      schema: InstrumentRequest,
      examples: {
        campaign: {
          html: HTML,
          message_id: 'message-1',
          customer_id: 'customer-1',
          campaign_id: 'spring-sale',
          email_id: 'teaser',
          campaign_kind: 'campaign',
        },
      },
    },
    answers: {
      200: {
        description: 'The email, and what was done',
        example: {
          html: HTML.replace('https://shop.example/spring', 'https://track.shop.example/c/5d0c1e9a.…'),
          links: 1,
          outlook_links: 0,
          skipped: { unsubscribe: 1 },
          pixel_url: 'https://track.shop.example/o/5d0c1e9a.….gif',
        } satisfies Instrumented,
      },
    },
    handle: async (request) => {
      const { base_url } = config.email;
      if (base_url === null)
        throw badRequest(
          'email.base_url',
          'is not set; set it in the configuration to the address under which readers reach this server, such as {"email": {"base_url": "https://track.shop.example"}}',
        );
      const key_brand_id = request.key!.brand_id;
      const context = {
        now_ms: reports.clock(),
        key_brand_id,
        defaultCurrency: () => config.defaults.currency,
        customerIds: (brand_id: string) => customerIds(config, brand_id),
        invalid_utf8: request.invalid_utf8,
      };
      const { brand_rules } = config;
      // The message id says who sends the email, so its links get the brand that its other events get.
      const body = brand_rules === null ? request.body : withBrand(request.body, { key_brand_id }, brand_rules, null);
      const { html, mail, options } = readInstrumentRequest(body, context, config.email);
      brandWithin(key_brand_id, mail.brand_id);
      return instrumentHtml(html, mail, base_url, await keys.signing(), options);
    },
  };
}

export function emailKeyRoutes(keys: EmailKeys): Route[] {
  const path = '/v1/email/keys';
  const shared = { tag: 'administration', scope: 'admin', every_brand: true } as const;
  return [
    {
      ...shared,
      method: 'GET',
      path,
      summary: 'List the keys of links and pixels',
      answers: { 200: { description: 'The keys, without their secrets', example: { keys: [KEY_EXAMPLE] } } },
      handle: async () => ({ keys: await keys.list() }),
    },
    {
      ...shared,
      method: 'POST',
      path,
      summary: 'Make a key for a mail program that makes its links itself',
      description: 'Only this answer shows the key. Who has it can make links that lead anywhere.',
      body: {
        required: true,
        schema: Type.Object({ name: Type.String({ description: 'Name of the key in lists' }) }),
        examples: { mailer: { name: 'mailer' } },
      },
      answers: {
        201: {
          description: 'The key',
          example: { ...KEY_EXAMPLE, use: 'outside', name: 'mailer', key: 'trb_email_5d0c1e9a_…' },
        },
      },
      handle: async (request, reply) => {
        const { name, ...rest } = (request.body ?? {}) as Record<string, unknown>;
        if (typeof name !== 'string' || Object.keys(rest).length > 0)
          throw badRequest('name', 'must be a string, and the only field; send {"name": "mailer"}');
        const made = await keys.create(name);
        reply.code(201).header('cache-control', 'no-store');
        return made;
      },
    },
    {
      ...shared,
      method: 'POST',
      path: `${path}/rotate`,
      summary: 'Make links by the next key from now on',
      description: 'Links that were made before go on working, for ever.',
      answers: { 200: { description: 'The key that makes links now', example: { signing: '5d0c1e9a' } } },
      handle: async () => ({ signing: await keys.rotate() }),
    },
    {
      ...shared,
      method: 'DELETE',
      path: `${path}/:kid`,
      summary: 'Revoke a key of a mail program',
      description: 'All links that were made with it stop working, within a few seconds in other processes.',
      path_parameters: { kid: '`kid` from the list' },
      answers: { 200: { description: 'Revoked', example: { revoked: '5d0c1e9a' } } },
      handle: async (request) => {
        const { kid } = request.params as { kid: string };
        await keys.revoke(kid);
        return { revoked: kid };
      },
    },
  ];
}

const open = { method: 'GET', tag: 'collect', scope: null, collects: 'touchpoints' } as const;

export const LINK_ROUTE: DescribedRoute = {
  ...open,
  path: '/c/:token',
  summary: 'The redirect of a link in an email',
  description: 'Records an `email_click`, and leads to the page of the link with the id of the click as a parameter.',
  path_parameters: { token: 'Made by `POST /v1/email/instrument`' },
  answers: {
    302: { description: 'The page of the link', content_type: 'text/html' },
    404: { description: 'This server did not make the token', content_type: 'text/html' },
  },
};

export const PIXEL_ROUTE: DescribedRoute = {
  ...open,
  path: '/o/:token.gif',
  summary: 'The open pixel of an email',
  description: 'Records an `email_open`. The answer is the same for a token that is not valid.',
  path_parameters: { token: 'Made by `POST /v1/email/instrument`' },
  answers: { 200: { description: 'An image of one transparent pixel', content_type: 'image/gif' } },
};
