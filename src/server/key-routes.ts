/** Routes for keys. A key of one brand lists, makes and revokes keys of that brand only. */

import { brandWithin, maySeeKey } from '../domain/brand-access.ts';
import { badRequest } from '../domain/errors.ts';
import { choice } from '../domain/parameter.ts';
import { typeOf } from '../domain/refusals.ts';
import { Type } from '../domain/typebox.ts';
import { BUDGET_PERIODS, type BudgetPeriod } from '../privacy/differential-privacy/budget.ts';
import type { KeyRing } from './keys.ts';
import type { Route, Services } from './route.ts';
import { SCOPES, type Scope } from './stored-keys.ts';
import type { WantedKey } from './wanted-key.ts';

const KeyRequest = Type.Object({
  name: Type.String({ description: 'Name of the key in lists and logs' }),
  scope: choice(SCOPES, 'The scope; admin includes the others'),
  brand_id: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: 'The only brand that the key is for; every brand when left out',
    }),
  ),
  dp_epsilon_budget: Type.Optional(
    Type.String({
      description:
        'For scope partner: the epsilon that its questions may spend together in one period, such as 3. It never sees exact figures',
    }),
  ),
  dp_budget_per: Type.Optional(
    choice(
      BUDGET_PERIODS,
      'For scope partner: when the budget is renewed, in UTC; total is never, and holds when left out',
    ),
  ),
});

const KeyInfo = Type.Object({
  key_id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  brand_id: Type.Union([Type.String(), Type.Null()]),
  last4: Type.String({ description: 'The last characters of the key' }),
  created_at: Type.String(),
  dp_epsilon_budget: Type.Optional(Type.String({ description: 'The epsilon that a key of scope partner may spend' })),
  dp_budget_per: Type.Optional(choice(BUDGET_PERIODS, 'When its budget is renewed')),
  origin: choice(['file', 'environment'], 'Where the key comes from: the store, or a variable of the environment'),
});
const KEY_EXAMPLE = {
  key_id: 'key_1f0e9d8c7b6a',
  name: 'shop',
  scopes: ['write'],
  brand_id: null,
  last4: 'x9Zk',
  created_at: '2026-03-01T08:00:00.000Z',
  origin: 'file',
};

export function keyRoutes({ keys }: Services): Route[] {
  const path = '/v1/keys';
  return [
    {
      method: 'GET',
      path,
      tag: 'administration',
      scope: 'admin',
      summary: 'List keys',
      answers: {
        200: {
          description: 'The keys, without their secrets',
          schema: Type.Object({ keys: Type.Array(KeyInfo) }),
          example: { keys: [KEY_EXAMPLE] },
        },
      },
      handle: async ({ key }) => ({
        keys: (await latest(keys))
          .list()
          .filter((other) => other.origin !== 'run' && maySeeKey(key!.brand_id, other.brand_id)),
      }),
    },
    {
      method: 'POST',
      path,
      tag: 'administration',
      scope: 'admin',
      summary: 'Make a key',
      description: 'Only this answer shows the key itself.',
      body: { required: true, schema: KeyRequest, examples: { shop: { name: 'shop', scope: 'write' } } },
      answers: { 201: { description: 'The key', example: { ...KEY_EXAMPLE, key: 'trb_write_…' } } },
      handle: async (request, reply) => {
        const wanted = readKeyRequest(request.body);
        const made = await keys.create({ ...wanted, brand_id: brandWithin(request.key!.brand_id, wanted.brand_id) });
        reply.code(201).header('cache-control', 'no-store');
        return made;
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:key_id`,
      tag: 'administration',
      scope: 'admin',
      audit: 'revocation',
      summary: 'Revoke a key',
      description:
        'The key stops working at once, and within two seconds in other processes that share the state. If the revocation cannot be stored, the call fails, this process refuses the key all the same and tries again every second, and `/health` warns until it is stored.',
      path_parameters: { key_id: '`key_id` from the list' },
      answers: { 200: { description: 'Revoked', example: { revoked: 'key_1f0e9d8c7b6a' } } },
      handle: async (request) => {
        const { key_id } = request.params as { key_id: string };
        const sees = (key: { brand_id: string | null }): boolean => maySeeKey(request.key!.brand_id, key.brand_id);
        const ring = keys.named(key_id) ? keys : await latest(keys);
        await ring.revoke(key_id, sees);
        return { revoked: key_id };
      },
    },
  ];
}

/** Reads the stored keys again, since another process may have made some. */
async function latest(keys: KeyRing): Promise<KeyRing> {
  await keys.refresh();
  return keys;
}

function readKeyRequest(body: unknown): Omit<WantedKey, 'brand_id'> & { brand_id: string | undefined } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('body', 'must be an object such as {"name": "shop", "scope": "write"}');
  const { name, scope, brand_id, dp_epsilon_budget, dp_budget_per, ...rest } = body as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw badRequest(
      unknown.slice(0, 60),
      'is not a field of a key; known fields are name, scope, brand_id, dp_epsilon_budget, dp_budget_per',
    );
  if (typeof name !== 'string') {
    const fault = name === undefined || name === null ? 'is required' : `must be a string, not ${typeOf(name)}`;
    throw badRequest('name', `${fault}; send a text that names the key in lists and logs`);
  }
  if (!SCOPES.includes(scope as Scope)) throw badRequest('scope', `must be one of ${SCOPES.join(', ')}`);
  if (brand_id !== undefined && brand_id !== null && typeof brand_id !== 'string')
    throw badRequest('brand_id', 'must be a string such as "shop", or null for every brand');
  return {
    name,
    scope: scope as Scope,
    brand_id: brand_id ?? undefined,
    ...readDpBudget(dp_epsilon_budget, dp_budget_per),
  };
}

/** Their values are checked where the key is made. @throws bad_request for values of another type. */
function readDpBudget(epsilon: unknown, per: unknown): Pick<WantedKey, 'dp_epsilon_budget' | 'dp_budget_per'> {
  if (epsilon !== undefined && typeof epsilon !== 'string')
    throw badRequest('dp_epsilon_budget', `must be a string such as "3", not ${typeOf(epsilon)}`);
  return {
    ...(epsilon === undefined ? {} : { dp_epsilon_budget: epsilon }),
    ...(per === undefined ? {} : { dp_budget_per: per as BudgetPeriod }),
  };
}
