/** Routes for pulls of spend: where each stands, and a run before its time. */
import { Type } from '../domain/typebox.ts';
import type { PullList } from '../pulls/runs/pulls.ts';
import type { Route } from './route.ts';

const nullable = (text: string) => Type.Union([Type.String({ description: text }), Type.Null()]);

const Status = Type.Object({
  pull_id: Type.String(),
  kind: Type.String(),
  brand_id: Type.String(),
  status: Type.String({ description: '`waiting` for its first run, `reading` well, or `failing`' }),
  first_date: nullable('The first day of the last run that succeeded'),
  last_date: nullable('Its last day'),
  lines: Type.Integer({ description: 'Its lines: one a day, campaign and ad set' }),
  stated: Type.Integer({ description: 'Lines that were stated in all: new, or with another amount than before' }),
  failures: Type.Integer({ description: 'Runs that failed since the last one that succeeded' }),
  last_run_at: nullable('The last run'),
  last_success_at: nullable('The last run that succeeded'),
  next_run_at: nullable('The next run; null if it is due'),
  last_error: nullable('Why the last run failed'),
  notes: Type.Array(Type.String(), { description: 'What to know of the account, such as days of another time zone' }),
});

export function pullRoutes(pulls: PullList): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/pulls',
      tag: 'administration',
      scope: 'admin',
      summary: 'List the pulls of spend with where each stands',
      answers: {
        200: { description: 'The configured pulls', schema: Type.Object({ pulls: Type.Array(Status) }) },
      },
      handle: async (request) => ({ pulls: await pulls.list(request.key!.brand_id) }),
    },
    {
      method: 'POST',
      path: '/v1/pulls/:pull_id/run',
      tag: 'administration',
      scope: 'admin',
      summary: 'Ask for a run of a pull before its time',
      description:
        'The run begins within ten seconds, in the process that collects. `GET /v1/pulls` tells how it went.',
      path_parameters: { pull_id: 'The id of the pull in the configuration' },
      answers: {
        200: {
          description: 'The run is asked for',
          schema: Type.Object({ asked: Type.Boolean() }),
          example: { asked: true },
        },
      },
      handle: async (request) => {
        await pulls.ask((request.params as { pull_id: string }).pull_id, request.key!.brand_id);
        return { asked: true };
      },
    },
  ];
}
