/** Routes of annotations: what happened on some days, for the charts of the dashboard. */
import { brandWithin, maySee, maySeeKey } from '../domain/brand-access.ts';
import { TributaryError } from '../domain/errors.ts';
import { choice, words } from '../domain/parameter.ts';
import { bodyReader } from '../domain/read-parameters.ts';
import { type Static, Type } from '../domain/typebox.ts';
import {
  ANNOTATION_KINDS,
  type Annotation,
  type Annotations,
  dayNumber,
  MAX_ANNOTATION_LENGTH,
  unknownAnnotation,
} from '../sharing/annotations.ts';
import type { Route } from './route.ts';

const Shown = Type.Object({
  annotation_id: Type.String(),
  brand_id: Type.Union([Type.String(), Type.Null()], { description: 'Null for all brands' }),
  first_day: Type.String({ description: 'A day of the brand, YYYY-MM-DD' }),
  last_day: Type.String({ description: 'The last day; the first one for an annotation of one day' }),
  text: Type.String(),
  kind: choice(ANNOTATION_KINDS, 'Who wrote it: a person, or the program because settings, models or sources changed'),
  created_by: Type.Union([Type.String(), Type.Null()], { description: 'The name of the key; null for the program' }),
  created_at: Type.String(),
});

const Asked = Type.Object({
  start: Type.Optional(words('Only annotations of this day or later', { 'x-value': 'day' })),
  end: Type.Optional(words('Only annotations before this day', { 'x-value': 'day' })),
  brand_id: Type.Optional(words('Annotations of this brand and of all brands', { 'x-flag': 'brand', 'x-value': 'id' })),
});

const Sent = Type.Object(
  {
    day: words('The day, or the first of several, as YYYY-MM-DD in the brand’s zone'),
    last_day: Type.Optional(words('The last day; `day` when left out')),
    text: Type.String({ description: `What happened, in at most ${MAX_ANNOTATION_LENGTH} characters` }),
    brand_id: Type.Optional(words('The brand; all brands of the key when left out')),
  },
  { additionalProperties: false },
);

const EXAMPLE: Annotation = {
  annotation_id: 'ann_1f0e9d8c7b6a',
  brand_id: null,
  first_day: '2026-11-27',
  last_day: '2026-11-27',
  text: 'Black Friday begins',
  kind: 'by_hand',
  created_by: 'marketing',
  created_at: '2026-11-20T08:00:00.000Z',
};

export function annotationRoutes(annotations: Annotations): Route[] {
  const path = '/v1/annotations';
  const readBody = bodyReader(Sent, { day: '2026-11-27', text: 'Black Friday begins' });
  return [
    {
      method: 'GET',
      path,
      tag: 'reports',
      scope: 'read',
      viewers: true,
      summary: 'List annotations',
      description:
        'What happened, in order of days: what people wrote, and what the program noted by itself. At most the last 1,000.',
      parameters: Asked,
      answers: {
        200: {
          description: 'The annotations',
          schema: Type.Object({ annotations: Type.Array(Shown) }),
          example: { annotations: [EXAMPLE] },
        },
      },
      handle: async ({ query, key }, reply) => {
        reply.header('cache-control', 'no-store');
        const { start, end, brand_id } = query as Static<typeof Asked>;
        for (const [field, day] of Object.entries({ start, end })) if (day !== undefined) dayNumber(field, day);
        const asked = brandWithin(key!.brand_id, brand_id);
        const sees = (of: string | null): boolean => of === null || asked === null || of === asked;
        return { annotations: await annotations.list({ start, end }, sees) };
      },
    },
    {
      method: 'POST',
      path,
      tag: 'reports',
      scope: 'read',
      summary: 'Write an annotation',
      description:
        'It stands beside the days in the charts of the dashboard, for everyone who sees the brand. Name no person in it.',
      body: { required: true, schema: Sent, examples: { day: { day: '2026-11-27', text: 'Black Friday begins' } } },
      answers: { 201: { description: 'The annotation', schema: Shown, example: EXAMPLE } },
      handle: async (request, reply) => {
        const { day, last_day = day, text, brand_id } = readBody(request.body);
        const of = brandWithin(request.key!.brand_id, brand_id);
        const draft = {
          brand_id: of,
          first_day: day,
          last_day,
          text,
          kind: 'by_hand',
          created_by: request.key!.name,
        } as const;
        const made = await annotations.add(draft);
        reply.code(201);
        return made;
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:annotation_id`,
      tag: 'reports',
      scope: 'read',
      summary: 'Delete an annotation',
      description: 'An annotation that the program wrote needs a key of scope admin.',
      path_parameters: { annotation_id: '`annotation_id` from the list' },
      answers: { 200: { description: 'Deleted', example: { deleted: EXAMPLE.annotation_id } } },
      handle: async (request) => {
        const { annotation_id } = request.params as { annotation_id: string };
        const { brand_id, scopes } = request.key!;
        await annotations.delete(annotation_id, (one) => {
          if (one.brand_id !== null && !maySee(brand_id, [one.brand_id])) throw unknownAnnotation();
          if (!maySeeKey(brand_id, one.brand_id))
            throw new TributaryError('forbidden', `it is of all brands; this key is for brand ${brand_id} only`);
          if (one.kind !== 'by_hand' && !scopes.includes('admin'))
            throw new TributaryError('forbidden', 'the program wrote it; deleting it needs a key of scope admin');
        });
        return { deleted: annotation_id };
      },
    },
  ];
}
