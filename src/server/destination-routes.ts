/** Routes for destinations: where each stands, what was given up, and trying again. */
import type { DestinationList } from '../destinations/outbox/destinations.ts';
import { badRequest } from '../domain/errors.ts';
import { parseBound } from '../domain/time.ts';
import { Type } from '../domain/typebox.ts';
import type { Route } from './route.ts';

const ID = 'The id of the destination in the configuration';
const nullable = (text: string) => Type.Union([Type.String({ description: text }), Type.Null()]);

const Status = Type.Object({
  destination_id: Type.String(),
  kind: Type.String(),
  brand_id: Type.String(),
  status: Type.String({
    description: '`sending`, `retrying` after a failure, or `stopped` until a person changes something',
  }),
  waiting: Type.Integer({ description: 'Messages that wait for their first try' }),
  retrying: Type.Integer({ description: 'Messages that wait for another try' }),
  waiting_since: nullable('Since when the oldest of them waits'),
  delivered: Type.Integer(),
  skipped: Type.Integer({ description: 'Messages that were not meant for it, such as orders without email' }),
  refused: Type.Integer({ description: 'Messages that it will never take' }),
  withheld: Type.Integer({ description: 'Messages about people who did not consent; they are not sent later' }),
  last_withheld: nullable('Why the last of them was held back'),
  dead_letters: Type.Integer({ description: 'Those that are kept and can be tried again' }),
  next_try_at: nullable('When it is tried again after a failure'),
  last_delivered_at: nullable('The last delivery'),
  last_error: nullable('Why the last try failed'),
});

const Letter = Type.Object({
  number: Type.Integer(),
  message_id: Type.String(),
  kind: Type.String(),
  conversion_id: Type.Union([Type.String(), Type.Null()]),
  revision: Type.Integer(),
  reason: Type.String(),
  given_up_at: Type.String(),
});

const Withdrawn = Type.Object({
  conversion_id: Type.String(),
  revision: Type.Integer({ description: 'The last revision of the order that was meant for the destination' }),
  reason: Type.String(),
});

const Checked = Type.Object({
  destination_id: Type.String(),
  kind: Type.String(),
  result: Type.String({
    description: '`ok`, `problem`, or `not_checked` where the server is there and no call without an effect shows more',
  }),
  message: Type.String({ description: 'What is known, or what is wrong' }),
  field: nullable('The setting at fault, such as `secrets.api_secret`; null if nothing is wrong'),
  fix: nullable('What a person does; null if nothing is wrong'),
});

const Replay = Type.Object(
  {
    what: Type.Optional(
      Type.Union([Type.Literal('dead_letters'), Type.Literal('orders'), Type.Literal('nothing')], {
        description:
          '`dead_letters`: what was given up. `orders`: every order since `from`, as it is now. `nothing`: only lets a destination that stopped go on; dead_letters when left out',
      }),
    ),
    from: Type.Optional(Type.String({ description: 'The first day of the orders, such as 2026-03-01' })),
  },
  { additionalProperties: false },
);
const Replayed = Type.Object({ messages: Type.Integer({ description: 'Messages that are sent again' }) });

export function destinationRoutes(destinations: DestinationList): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/destinations',
      tag: 'administration',
      scope: 'admin',
      summary: 'List the destinations with where each stands',
      answers: {
        200: {
          description: 'The configured destinations',
          schema: Type.Object({ destinations: Type.Array(Status) }),
        },
      },
      handle: async (request) => ({ destinations: await destinations.list(request.key!.brand_id) }),
    },
    {
      method: 'GET',
      path: '/v1/destinations/:destination_id/dead-letters',
      audit: 'read',
      tag: 'administration',
      scope: 'admin',
      summary: 'List what a destination will never take, with the reasons',
      path_parameters: { destination_id: ID },
      answers: {
        200: {
          description: 'At most 100 messages, oldest first',
          schema: Type.Object({ dead_letters: Type.Array(Letter) }),
        },
      },
      handle: async (request) => ({
        dead_letters: await destinations.deadLetters(idOf(request.params), request.key!.brand_id),
      }),
    },
    {
      method: 'GET',
      path: '/v1/destinations/:destination_id/withdrawn',
      audit: 'read',
      tag: 'administration',
      scope: 'admin',
      summary: 'List orders that a destination was told about, of people who do not consent any more',
      description: 'Nothing more is told about them. What was told before is there until somebody takes it back.',
      path_parameters: { destination_id: ID },
      answers: {
        200: {
          description: 'At most 100 orders, and how many there are',
          schema: Type.Object({ orders: Type.Array(Withdrawn), total: Type.Integer() }),
        },
      },
      handle: (request) => destinations.withdrawn(idOf(request.params), request.key!.brand_id),
    },
    {
      method: 'POST',
      path: '/v1/destinations/:destination_id/check',
      tag: 'administration',
      scope: 'admin',
      summary: 'Check the settings of a destination without an effect there',
      description: 'Asks the vendor by a call that keeps nothing, and answers within 15 seconds. No message is sent.',
      path_parameters: { destination_id: ID },
      answers: {
        200: {
          description: 'What was found',
          schema: Checked,
          example: {
            destination_id: 'ads',
            kind: 'meta',
            result: 'problem',
            message: 'Meta says: Invalid OAuth access token',
            field: 'secrets.access_token',
            fix: 'make a new access token for the dataset',
          },
        },
      },
      handle: (request) => destinations.check(idOf(request.params), request.key!.brand_id),
    },
    {
      method: 'POST',
      path: '/v1/destinations/:destination_id/replay',
      tag: 'administration',
      scope: 'admin',
      summary: 'Send again to a destination',
      description:
        'Messages keep their ids, so a destination that knows one takes it once. A destination that stopped goes on.',
      path_parameters: { destination_id: ID },
      body: { required: false, schema: Replay, examples: { orders: { what: 'orders', from: '2026-03-01' } } },
      answers: { 200: { description: 'What is sent again', schema: Replayed, example: { messages: 12 } } },
      handle: async (request) => {
        const id = idOf(request.params);
        const { brand_id } = request.key!;
        const { what = 'dead_letters', from } = (request.body ?? {}) as { what?: string; from?: string };
        await destinations.resume(id, brand_id);
        if (what === 'nothing') return { messages: 0 };
        if (what === 'dead_letters') return { messages: await destinations.replayDead(id, brand_id) };
        if (from === undefined)
          throw badRequest('from', 'is needed to send orders again; give their first day, such as 2026-03-01');
        return { messages: await destinations.replayOrders(id, parseBound('from', from, 'UTC'), brand_id) };
      },
    },
  ];
}

const idOf = (parameters: unknown): string => (parameters as { destination_id: string }).destination_id;
