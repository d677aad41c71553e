/** Routes of saved views of the dashboard. */
import { brandWithin, maySee, maySeeKey } from '../domain/brand-access.ts';
import { choice, flag, words } from '../domain/parameter.ts';
import { bodyReader } from '../domain/read-parameters.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { PERIOD_NAMES } from '../sharing/periods.ts';
import type { SavedView, SavedViews, Viewer } from '../sharing/views.ts';
import type { Key } from './keys.ts';
import type { Route } from './route.ts';

const Sent = Type.Object(
  {
    name: words('Name of the view in menus'),
    address: words('The page with its view, such as `/channels?model=linear`'),
    period: Type.Optional(choice(PERIOD_NAMES, 'Days that move with the clock, in place of those of the address')),
    shared: Type.Optional(flag('True if everyone who sees the brand has it; only you when left out')),
    brand_id: Type.Optional(words('The brand whose people have it; all brands of the key when left out')),
  },
  { additionalProperties: false },
);

const Shown = Type.Object({
  view_id: Type.String(),
  name: Type.String(),
  address: Type.String(),
  period: Type.Union([Type.String(), Type.Null()], { description: 'Days that move with the clock' }),
  shared: Type.Boolean({ description: 'True if everyone who sees the brand has it' }),
  brand_id: Type.Union([Type.String(), Type.Null()], { description: 'Null for all brands' }),
  created_by: Type.String(),
  own: Type.Boolean({ description: 'True if the key that asks made it' }),
});

const EXAMPLE: Static<typeof Shown> = {
  view_id: 'view_1f0e9d8c7b6a',
  name: 'Last touch, channels',
  address: '/channels?model=last_touch',
  period: 'last_30_days',
  shared: true,
  brand_id: null,
  created_by: 'marketing',
  own: true,
};
const SENT_EXAMPLE = { name: EXAMPLE.name, address: EXAMPLE.address, shared: true };

export function savedViewRoutes(views: SavedViews): Route[] {
  const path = '/v1/saved-views';
  const readBody = bodyReader(Sent, SENT_EXAMPLE);
  return [
    {
      method: 'GET',
      path,
      tag: 'administration',
      scope: 'read',
      viewers: true,
      summary: 'List saved views',
      description: 'The own views and those that others share, by name.',
      answers: {
        200: {
          description: 'The views',
          schema: Type.Object({ views: Type.Array(Shown) }),
          example: { views: [EXAMPLE] },
        },
      },
      handle: async ({ key }, reply) => {
        reply.header('cache-control', 'no-store');
        return { views: (await views.list(viewerOf(key!))).map((view) => shown(view, key!)) };
      },
    },
    {
      method: 'POST',
      path,
      tag: 'administration',
      scope: 'read',
      summary: 'Save a view',
      body: { required: true, schema: Sent, examples: { channels: SENT_EXAMPLE } },
      answers: { 201: { description: 'The view', schema: Shown, example: EXAMPLE } },
      handle: async (request, reply) => {
        const { name, address, period = null, shared, brand_id } = readBody(request.body);
        const key = request.key!;
        const view = await views.save({
          ...{ name, address, period, shared: shared === 'true' },
          brand_id: brandWithin(key.brand_id, brand_id),
          key_id: key.key_id,
          created_by: key.name,
        });
        reply.code(201);
        return shown(view, key);
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:view_id`,
      tag: 'administration',
      scope: 'read',
      summary: 'Delete a saved view',
      description: 'Only who made it may, and keys of scope admin.',
      path_parameters: { view_id: '`view_id` from the list' },
      answers: { 200: { description: 'Deleted', example: { deleted: EXAMPLE.view_id } } },
      handle: async ({ params, key }) => {
        const { view_id } = params as { view_id: string };
        const { brand_id, scopes } = key!;
        const sees = (of: string | null): boolean => maySeeKey(brand_id, of);
        const is_admin = scopes.includes('admin');
        // An admin of one brand sees the shared views of all brands, and deletes none of them.
        await views.delete(view_id, { ...viewerOf(key!), ...(is_admin ? { sees } : {}), is_admin });
        return { deleted: view_id };
      },
    },
  ];
}

function viewerOf({ key_id, brand_id }: Key): Viewer {
  return { key_id, sees: (of) => of === null || maySee(brand_id, [of]) };
}

function shown({ key_id, ...view }: SavedView, key: Key): Static<typeof Shown> {
  return { ...view, own: key_id === key.key_id };
}
