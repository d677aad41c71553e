/** One question to a declared report: who asks, what serves it, and its answer. Every way to ask a report over HTTP uses it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest } from '../domain/errors.ts';
import type { Asker, ReportContext, ReportJson, ServedBy } from '../reports/context.ts';
import type { Report } from '../reports/declare.ts';
import { ownerOf } from './byte-shares.ts';
import { cancellationOf } from './hang-up.ts';
import { budgetOf, isPartnerKey } from './key.ts';
import type { Services } from './route.ts';
import { inSteps } from './steady-time.ts';

/** Tells a client what the figures of its answer came from. It is no part of the answer, which is the same either way. */
const SERVED_BY_HEADER = 'x-tributary-served-by';

/** What the questions of one request share. */
export interface ReportCall {
  context: ReportContext;
  asker: Asker;
}

/** The key of a request as reports know it, what serves it, and the end of its work when the client hangs up. */
export function callOf(request: FastifyRequest, reply: FastifyReply, { tributary, metrics }: Services): ReportCall {
  const served_by = (source: ServedBy): void => {
    metrics.answered(source);
    // A comparison has two answers. If the query made one of them, the header says so.
    if (reply.getHeader(SERVED_BY_HEADER) !== 'sql') reply.header(SERVED_BY_HEADER, source);
  };
  const key = request.key!;
  const budget = budgetOf(key);
  const { brand_id: key_brand_id, key_id } = key;
  return {
    context: { ...tributary.reports, owner: ownerOf(key), cancellation: cancellationOf(reply), served_by },
    asker: { key_brand_id, ...(budget === null ? {} : { dp_budget: { key_id, budget } }) },
  };
}

/**
 * Answers a report that reads.
 * @param asked its parameters, as its reader left them, with those of its path.
 * @throws bad_request where the key needs noise and the question has none; the errors of the report.
 */
export async function answerReport(
  { request, reply, services }: { request: FastifyRequest; reply: FastifyReply; services: Services },
  { context, asker }: ReportCall,
  report: Report,
  asked: Record<string, unknown>,
): Promise<ReportJson> {
  const is_partner = isPartnerKey(request.key!);
  if (is_partner && asked['dp_epsilon'] === undefined) throw needsEpsilon();
  const run = () => report.run(context, asked, asker);
  const answer = await (is_partner ? inSteps(run) : run());
  if (reply.getHeader(SERVED_BY_HEADER) === 'histories')
    services.tributary.histories_check.remember({ report, asked, asker, answer });
  return answer;
}

const needsEpsilon = () =>
  badRequest(
    'dp_epsilon',
    'is required: this key gets answers with noise only; send how much of its budget the question may spend, such as dp_epsilon=0.5',
  );
