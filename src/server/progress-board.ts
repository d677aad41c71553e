/** Requests that can be asked how far they are. A client names its request by an id of its own choice and asks meanwhile. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest } from '../domain/errors.ts';
import { Type } from '../domain/typebox.ts';
import { Progress, STEPS } from '../reports/progress.ts';
import { ownerOf } from './byte-shares.ts';
import type { Route } from './route.ts';

const PROGRESS_HEADER = 'x-progress-id';
const ID = /^[A-Za-z0-9_-]{1,64}$/;

export class ProgressBoard {
  /** By key and id: nobody sees the requests of another key. */
  private readonly running = new Map<string, Progress>();

  /** The progress of a request that names itself, until its answer is sent or its client is gone. @throws bad_request for a wrong id. */
  begin(request: FastifyRequest, reply: FastifyReply): Progress | undefined {
    const id = request.headers[PROGRESS_HEADER];
    if (id === undefined) return undefined;
    if (typeof id !== 'string' || !ID.test(id))
      throw badRequest(PROGRESS_HEADER, 'must have 1 to 64 letters, digits, - and _');
    const name = nameOf(request, id);
    const progress = new Progress();
    this.running.set(name, progress);
    reply.raw.once('close', () => {
      if (this.running.get(name) === progress) this.running.delete(name);
    });
    return progress;
  }

  route(): Route {
    const nullable = (what: string) => Type.Union([Type.Integer(), Type.Null()], { description: what });
    return {
      method: 'GET',
      path: '/v1/progress/:progress_id',
      tag: 'reports',
      scope: 'read',
      viewers: true,
      summary: 'How far a report is',
      description:
        'A request for a report that has the header `X-Progress-Id` with an id of your choice can be asked for by the same key while it runs. Requests for the same report share one calculation and its progress.',
      path_parameters: { progress_id: 'The id in the header of the request' },
      answers: {
        200: {
          description: 'The state now. A request that is unknown, or answered, has no step',
          schema: Type.Object({
            step: Type.Union([...STEPS.map((step) => Type.Literal(step)), Type.Null()], {
              description:
                'waiting for a place; people: people are taken one by one; query: the engine works, and cannot tell how far it is',
            }),
            done: nullable('People who were taken; null in other steps'),
            total: nullable('All people of the report; null in other steps'),
          }),
          example: { step: 'people', done: 48_640, total: 131_072 },
        },
      },
      handle: async (request, reply) => {
        const { progress_id } = request.params as { progress_id: string };
        reply.header('cache-control', 'no-store');
        return this.running.get(nameOf(request, progress_id))?.now() ?? { step: null, done: null, total: null };
      },
    };
  }
}

const nameOf = (request: FastifyRequest, id: string): string => `${ownerOf(request.key)}\n${id}`;
