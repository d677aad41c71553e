/** Routes that make, list and revoke links to one view or one table. A link shows no more than the key that made it may see. */
import { brandWithin, maySeeKey } from '../domain/brand-access.ts';
import { badRequest } from '../domain/errors.ts';
import { choice, words } from '../domain/parameter.ts';
import { bodyReader } from '../domain/read-parameters.ts';
import { formatInstant } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { DEFAULT_LINK_DAYS, LINK_KINDS, type Link, MAX_LINK_DAYS } from '../sharing/links.ts';
import { hashPassword } from '../sharing/passwords.ts';
import { PERIOD_NAMES } from '../sharing/periods.ts';
import type { Route, Services } from './route.ts';
import { checkShared, type SharedAnswers } from './shared-answers.ts';

const Sent = Type.Object(
  {
    kind: Type.Optional(
      choice(
        LINK_KINDS,
        'A page of the dashboard, a table that a spreadsheet imports, or a page within a page of another site; page when left out',
      ),
    ),
    name: words('Name of the link in the list'),
    address: words(
      'What it shows: the address of a page, such as `/channels?model=linear`; for csv that of a report, such as `/v1/reports/attribution?group_by=channel`',
    ),
    period: Type.Optional(
      choice(
        PERIOD_NAMES,
        'Days that move with the clock, in place of those of the address; 30 days when there are none',
      ),
    ),
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_LINK_DAYS,
        description: `Days until it ends; ${DEFAULT_LINK_DAYS} when left out`,
      }),
    ),
    password: Type.Optional(words('What a reader has to enter; only for pages')),
    brand_id: Type.Optional(words('The only brand that it shows; every brand of the key when left out')),
  },
  { additionalProperties: false },
);

const Shown = Type.Object({
  link_id: Type.String(),
  kind: choice(LINK_KINDS, 'What it is for'),
  name: Type.String(),
  brand_id: Type.Union([Type.String(), Type.Null()], { description: 'The only brand that it shows; null for all' }),
  address: Type.String({ description: 'What it shows' }),
  period: Type.Union([Type.String(), Type.Null()], { description: 'Days that move with the clock' }),
  has_password: Type.Boolean(),
  expires_at: Type.String(),
  created_at: Type.String(),
  created_by: Type.String({ description: 'The name of the key that made it' }),
});

const EXAMPLE: Static<typeof Shown> = {
  link_id: 'lnk_1f0e9d8c7b6a',
  kind: 'page',
  name: 'Channels for the board',
  brand_id: null,
  address: '/channels?model=linear',
  period: 'last_28_days',
  has_password: false,
  expires_at: '2026-12-05T08:00:00.000Z',
  created_at: '2026-11-28T08:00:00.000Z',
  created_by: 'marketing',
};
const SENT_EXAMPLE = { name: EXAMPLE.name, address: EXAMPLE.address, period: 'last_28_days' };

export function shareRoutes(services: Services, answers: SharedAnswers): Route[] {
  const path = '/v1/share-links';
  const { links } = services.tributary;
  const readBody = bodyReader(Sent, SENT_EXAMPLE);
  return [
    {
      method: 'GET',
      path,
      tag: 'administration',
      scope: 'read',
      audit: null,
      summary: 'List links',
      description: 'The links of the brands of the key that are not over. Nothing shows their tokens again.',
      answers: {
        200: {
          description: 'The links',
          schema: Type.Object({ links: Type.Array(Shown) }),
          example: { links: [EXAMPLE] },
        },
      },
      handle: async ({ key }, reply) => {
        reply.header('cache-control', 'no-store');
        return { links: (await links.list((brand_id) => maySeeKey(key!.brand_id, brand_id))).map(shown) };
      },
    },
    {
      method: 'POST',
      path,
      tag: 'administration',
      scope: 'read',
      audit: 'action',
      summary: 'Make a link',
      description:
        'Who has the link needs no key, and can ask exactly what the view shows: no other brand, days or filter. Only this answer shows its path. Views and tables with single persons or orders cannot be shared.',
      body: { required: true, schema: Sent, examples: { page: SENT_EXAMPLE } },
      answers: {
        201: { description: 'The link', example: { ...EXAMPLE, path: '/s/Y2Fub24…' } },
      },
      handle: async (request, reply) => {
        const { kind = 'page', days = DEFAULT_LINK_DAYS, password, ...sent } = readBody(request.body);
        checkKind(kind, password, services);
        const asked = sent.brand_id ?? brandOf(sent.address);
        const brand_id = brandWithin(request.key!.brand_id, asked);
        const wanted = { kind, name: sent.name, brand_id, address: sent.address, period: sent.period ?? null };
        checkShared(wanted);
        await answers.tryOut(wanted, reply);
        const hashed = password === undefined ? null : await hashPassword(password);
        const made = await links.create({ ...wanted, days, password: hashed, created_by: request.key!.name });
        reply.code(201).header('cache-control', 'no-store');
        return { ...shown(made.link), path: `/s/${made.token}${kind === 'csv' ? '/table.csv' : ''}` };
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:link_id`,
      tag: 'administration',
      scope: 'read',
      audit: 'action',
      summary: 'Revoke a link',
      description: 'It stops working at once, in every process that shares the state.',
      path_parameters: { link_id: '`link_id` from the list' },
      answers: { 200: { description: 'Revoked', example: { revoked: EXAMPLE.link_id } } },
      handle: async ({ params, key }) => {
        const { link_id } = params as { link_id: string };
        await links.revoke(link_id, (brand_id) => maySeeKey(key!.brand_id, brand_id));
        return { revoked: link_id };
      },
    },
  ];
}

function checkKind(kind: string, password: string | undefined, { tributary }: Services): void {
  if (password !== undefined && kind !== 'page')
    throw badRequest('password', 'is for pages only; nobody can enter one in a spreadsheet or an embedded page');
  if (kind === 'embed' && tributary.config.embed_origins.length === 0)
    throw badRequest(
      'kind',
      'embed needs the setting embed_origins: the sites that may show a page of this server, such as ["https://intranet.shop.example"]',
    );
}

/** The brand that an address names. */
function brandOf(address: string): string | undefined {
  return new URLSearchParams(address.split('?', 2)[1] ?? '').get('brand_id') || undefined;
}

function shown({ password, expires_ms, created_ms, ...link }: Link): Static<typeof Shown> {
  return {
    ...link,
    has_password: password !== null,
    expires_at: formatInstant(expires_ms),
    created_at: formatInstant(created_ms),
  };
}
