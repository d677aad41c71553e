/** The route that puts people into the arms of an experiment, one by one or as a send list. */
import { brandWithin } from '../domain/brand-access.ts';
import { badRequest } from '../domain/errors.ts';
import { flag, words } from '../domain/parameter.ts';
import { bodyReader } from '../domain/read-parameters.ts';
import { DEFAULT_BRAND, UnreadItem } from '../domain/record.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Assigned } from '../experiments/decide-arm.ts';
import { MAX_ASSIGNED } from '../experiments/experiments.ts';
import type { Route, Services } from './route.ts';

const textOrNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

export const Who = {
  customer_id: Type.Optional(Type.String({ maxLength: 200, description: 'The customer' })),
  anonymous_id: Type.Optional(Type.String({ maxLength: 200, description: 'The id of a browser or device' })),
  email: Type.Optional(
    Type.String({ maxLength: 1_000, description: 'The address in place of an id; it is not stored' }),
  ),
};
const One = {
  ...Who,
  brand_id: Type.Optional(words('The brand; that of the key when left out')),
  trial: Type.Optional(flag('Only tells the arms: nothing is written, and the plan is not frozen')),
};
const Sent = Type.Object(
  {
    ...One,
    people: Type.Optional(
      Type.Array(Type.Object(Who, { additionalProperties: false }), {
        minItems: 1,
        maxItems: MAX_ASSIGNED,
        description: 'A send list: each with customer_id, anonymous_id or email',
      }),
    ),
  },
  { additionalProperties: false },
);

const Decided = {
  arm: textOrNull('The arm; null if a global experiment holds the person out, or the person was refused'),
  held_out_by: textOrNull('The global experiment that holds the person out: send nothing'),
};
const Answer = Type.Object({
  experiment_id: Type.String(),
  ...Decided,
  assignments: Type.Optional(
    Type.Array(
      Type.Object({
        ...Decided,
        refused: Type.Union([Type.Object({ field: Type.String(), reason: Type.String() }), Type.Null()], {
          description: 'Why this person was not assigned',
        }),
      }),
      { description: 'In the order of `people`' },
    ),
  ),
});

export function assignRoute({ tributary: { experiments } }: Services): Route {
  const example = { people: [{ customer_id: 'customer-1' }, { customer_id: 'customer-2' }] };
  const readOne = bodyReader(Type.Object(One, { additionalProperties: false }), example);
  return {
    method: 'POST',
    path: '/v1/experiments/:experiment_id/assign',
    tag: 'collect',
    scope: 'write',
    summary: 'Put people into the arms of an experiment',
    description: `One person, or a send list of at most ${MAX_ASSIGNED} \`people\`. The same id is always in the same arm. Assignments are on disk when the answer comes. The first one freezes the plan.`,
    path_parameters: { experiment_id: 'The id of the experiment' },
    body: { required: true, schema: Sent, examples: { list: example, one: { customer_id: 'customer-1' } } },
    answers: {
      200: {
        description: 'The arms',
        schema: Answer,
        example: { experiment_id: 'newsletter-2026-q1', arm: 'treated', held_out_by: null },
      },
    },
    handle: async (request) => {
      const { people, rest } = peopleOf(request.body);
      const { brand_id, trial, ...one } = readOne(rest);
      if (people !== undefined && Object.keys(one).length > 0)
        throw badRequest('people', 'is given beside one person; give either of them');
      const { experiment_id } = request.params as { experiment_id: string };
      const key = request.key!;
      const which = { brand_id: brandWithin(key.brand_id, brand_id) ?? DEFAULT_BRAND, experiment_id };
      const caller = {
        key_brand_id: key.brand_id,
        is_admin: key.scopes.includes('admin'),
        invalid_utf8: request.invalid_utf8,
      };
      const decided = await experiments.assign(which, people ?? [one], { trial: trial === 'true', caller });
      return people === undefined
        ? oneAnswer(experiment_id, decided[0]!)
        : { experiment_id, arm: null, held_out_by: null, assignments: decided };
    },
  };
}

/** Takes the send list out of a body. @throws bad_request. */
export function peopleOf(body: unknown): { people: readonly unknown[] | undefined; rest: unknown } {
  if (body instanceof UnreadItem) throw badRequest('body', body.reason);
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !Object.hasOwn(body, 'people'))
    return { people: undefined, rest: body };
  const { people, ...rest } = body as Record<string, unknown>;
  if (!Array.isArray(people) || people.length === 0)
    throw badRequest('people', 'must be a list of people such as [{"customer_id": "customer-1"}]');
  if (people.length > MAX_ASSIGNED)
    throw badRequest(
      'people',
      `has ${people.length} people; the limit is ${MAX_ASSIGNED}, send the others in another call`,
    );
  return { people, rest };
}

/** @throws bad_request naming the field. */
function oneAnswer(experiment_id: string, { refused, ...decided }: Assigned): Static<typeof Answer> {
  if (refused !== null) throw badRequest(refused.field, refused.reason);
  return { experiment_id, ...decided };
}
