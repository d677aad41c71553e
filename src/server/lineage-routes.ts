/** What an answer was made of. The answer holds settings and places in the log; the rows themselves are in the report on credits. */
import { badRequest } from '../domain/errors.ts';
import { Type } from '../domain/typebox.ts';
import { lineageOf } from '../reports/lineage/lineage.ts';
import { LineageResult } from '../reports/results/lineage.ts';
import { readReportQuestion } from '../sharing/report-question.ts';
import { MAX_ADDRESS_LENGTH, questionOf } from '../sharing/shared-pages.ts';
import { callOf } from './asked-report.ts';
import type { Route, Services } from './route.ts';

const Parameters = Type.Object(
  {
    address: Type.String({
      maxLength: MAX_ADDRESS_LENGTH,
      description:
        'The call whose answer is asked about: the path of a report with its parameters, such as /v1/reports/attribution?group_by=channel',
    }),
    filter: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 600 }), {
        maxItems: 50,
        description:
          'Filters of the row that a figure is in, such as channel:email. They narrow `rows_address`, and nothing else',
      }),
    ),
    brand_id: Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'For persons who may see several brands: the brand that the address is about',
      }),
    ),
  },
  { additionalProperties: false },
);

const OF_API = 'a path of the API, such as /v1/reports/attribution?group_by=channel';

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest('address', 'has a % that begins no code of a character; write % as %25');
  }
}

export function lineageRoute(services: Services): Route {
  return {
    method: 'GET',
    path: '/v1/lineage',
    tag: 'reports',
    scope: 'read',
    // It holds settings and sums, and tells of no person.
    audit: null,
    summary: 'What an answer was made of',
    description:
      'Asks a report, and says what its answer was made of: the question with its days and log position, the settings, the fits, and the rows of the log by kind and collector. `answer_sha256` is the hash of the answer as canonical JSON (keys in order, no spaces) without `generated_at`: who has the same log and settings can ask again and compare. `rows_address` is the call that lists the rows behind the sums.',
    parameters: Parameters,
    answers: { 200: { description: 'The lineage of the answer', schema: LineageResult } },
    handle: async (request, reply) => {
      const { address, filter = [] } = request.query as { address: string; filter?: string[] };
      const { path, parameters } = questionOf(address, OF_API);
      const question = readReportQuestion({ path: decoded(path), parameters });
      const { context, asker } = callOf(request, reply, services);
      reply.header('cache-control', 'no-store');
      return lineageOf(context, { ...question, of_row: filter }, asker);
    },
  };
}
