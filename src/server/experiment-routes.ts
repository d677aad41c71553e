/** Routes of experiments: the list of plans, and the assignment of people. Plans are sent as records, and results are a report. */
import { brandWithin } from '../domain/brand-access.ts';
import { badRequest } from '../domain/errors.ts';
import { type Design, MAX_REASON_LENGTH, SHARE_PARTS } from '../domain/experiment.ts';
import { words } from '../domain/parameter.ts';
import { bodyReader } from '../domain/read-parameters.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import { formatInstant } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Planned } from '../experiments/planned.ts';
import type { Route, Services } from './route.ts';

const textOrNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

const Shown = Type.Object({
  experiment_id: Type.String(),
  brand_id: Type.String(),
  name: Type.String(),
  scope: Type.String(),
  metric: Type.String(),
  control: Type.String(),
  arms: Type.Array(Type.Object({ arm: Type.String(), share: Type.Number() })),
  starts_at: Type.String(),
  ends_at: Type.String(),
  planned_people: Type.Integer(),
  campaign_id: textOrNull('The campaign or flow'),
  frozen_at: textOrNull('When the first person was assigned or treated; from then on only the name may change'),
  stopped_at: textOrNull('When it was stopped before its end'),
  stop_reason: textOrNull('Why it was stopped'),
});

const Listed = Type.Object({
  start: Type.Optional(words('Only experiments that ran on this day or later', { 'x-value': 'day' })),
  end: Type.Optional(words('Only experiments that ran before this day', { 'x-value': 'day' })),
  brand_id: Type.Optional(words('Experiments of this brand', { 'x-flag': 'brand', 'x-value': 'id' })),
});

export function experimentRoutes({ tributary }: Services): Route[] {
  const { experiments, collector } = tributary;
  const list: Route = {
    method: 'GET',
    path: '/v1/experiments',
    tag: 'reports',
    scope: 'read',
    viewers: true,
    summary: 'List experiments',
    description: 'The plans by brand and id. `GET /v1/experiments/ID` gives the result of one.',
    parameters: Listed,
    answers: { 200: { description: 'The experiments', schema: Type.Object({ experiments: Type.Array(Shown) }) } },
    handle: async ({ query, key }) => {
      const { start, end, brand_id } = query as Static<typeof Listed>;
      const [from_ms, until_ms] = [dayOf('start', start) ?? 0, dayOf('end', end) ?? Number.POSITIVE_INFINITY];
      const all = await experiments.list(brandWithin(key!.brand_id, brand_id));
      const ran = all.filter(
        ({ design, stop }) =>
          design.start_ms < until_ms && Math.min(design.end_ms, stop?.at_ms ?? design.end_ms) >= from_ms,
      );
      return { experiments: ran.map(shownOf) };
    },
  };
  return collector === null ? [list] : [list, stopRoute(experiments)];
}

const Reason = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: MAX_REASON_LENGTH,
      description: 'Why; it stands beside the result for good',
    }),
    brand_id: Type.Optional(words('The brand; that of the key when left out')),
  },
  { additionalProperties: false },
);

/** An early stop is for good, and changes which interval decides. So it is for admins. */
function stopRoute(experiments: Services['tributary']['experiments']): Route {
  const example = { reason: 'The offer sold out' };
  const readReason = bodyReader(Reason, example);
  return {
    method: 'POST',
    path: '/v1/experiments/:experiment_id/stop',
    tag: 'reports',
    scope: 'admin',
    summary: 'Stop an experiment before its end',
    description:
      'From now on nobody is assigned, and orders after this instant do not count. The end was not planned, so the always-valid interval decides. A stop cannot be undone; a second call answers with the first stop.',
    path_parameters: { experiment_id: 'The id of the experiment' },
    body: { required: true, schema: Reason, examples: { stop: example } },
    answers: { 200: { description: 'The experiment as it was stopped', schema: Shown } },
    handle: async (request) => {
      const { reason, brand_id } = readReason(request.body);
      const { experiment_id } = request.params as { experiment_id: string };
      const which = { brand_id: brandWithin(request.key!.brand_id, brand_id) ?? DEFAULT_BRAND, experiment_id };
      return shownOf(await experiments.stop(which, reason));
    },
  };
}

/** A day of UTC. @throws bad_request. */
function dayOf(field: string, day: string | undefined): number | undefined {
  if (day === undefined) return undefined;
  const at_ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN;
  if (Number.isNaN(at_ms))
    throw badRequest(field, `is ${JSON.stringify(day.slice(0, 40))}; send a day such as 2026-03-01`);
  return at_ms;
}

const partsOf = ({ arms }: Design) => arms.map(({ name, parts }) => ({ arm: name, share: parts / SHARE_PARTS }));

function shownOf({ design, frozen_at_ms, stop }: Planned): Static<typeof Shown> {
  const { experiment_id, brand_id, name, scope, campaign_id, metric, control, planned_people } = design;
  return {
    ...{ experiment_id, brand_id, name, scope, campaign_id, metric, control, planned_people },
    arms: partsOf(design),
    starts_at: formatInstant(design.start_ms),
    ends_at: formatInstant(design.end_ms),
    frozen_at: frozen_at_ms === null ? null : formatInstant(frozen_at_ms),
    stopped_at: stop === null ? null : formatInstant(stop.at_ms),
    stop_reason: stop === null ? null : stop.reason,
  };
}
