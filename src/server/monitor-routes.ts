/** Routes of monitors: what is watched, and the incidents. */
import { brandWithin } from '../domain/brand-access.ts';
import { choice, words } from '../domain/parameter.ts';
import { parseBound } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { CHECKS } from '../monitors/checks/names.ts';
import { listIncidents } from '../monitors/incidents.ts';
import type { MonitorList } from '../monitors/list.ts';
import { shownIncident } from '../monitors/show.ts';
import type { State } from '../state/port.ts';
import type { Route } from './route.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

const nullable = (description: string) => Type.Union([Type.String({ description }), Type.Null()]);
const figure = (description: string) => Type.Union([Type.Number({ description }), Type.Null()]);
const BRAND = Type.Optional(words('Only this brand', { 'x-flag': 'brand', 'x-value': 'id' }));

const Series = Type.Object({
  metric: Type.String(),
  subject: nullable('The channel of touches; null for other metrics'),
  status: Type.String({
    description:
      '`usual`, `unusual` for one hour, `incident`, `learning` while less than two weeks are known, `idle` where nothing comes, `unknown` where nobody watched',
  }),
  over: nullable('`hours` or `day`: what was judged'),
  value: figure('What was counted; net revenue in micros'),
  expected: figure('What was expected'),
  low: figure('The least that is usual'),
  high: figure('The most that is usual'),
});

const BrandStatus = Type.Object({
  brand_id: Type.String(),
  judged_until: Type.String({ description: 'The end of the newest hour that was judged' }),
  open_incidents: Type.Integer(),
  checks: Type.Array(
    Type.Object({
      check: choice(CHECKS, 'The check'),
      status: choice(['ok', 'incident', 'waiting'], '`waiting` until it has run'),
      incidents: Type.Integer(),
    }),
  ),
  checked_at: nullable('When the checks that run every six hours last ran'),
  series: Type.Array(Series),
  channels_left_out: Type.Integer({ description: 'Channels beyond the 12 with most touches' }),
  money_problem: nullable('Why orders and revenue are not watched, such as a missing exchange rate'),
});

const Alert = Type.Object({
  alert_id: Type.String(),
  kind: Type.String(),
  brand_id: nullable('Null for all brands'),
  repeat: Type.String(),
  waiting: Type.Integer({ description: 'Alerts that wait for their next try' }),
  sent: Type.Integer(),
  given_up: Type.Integer({ description: 'Alerts that failed for three days' }),
  last_sent_at: nullable('The last alert that arrived'),
  last_error: nullable('Why the last try failed'),
});

const Status = Type.Object({
  enabled: Type.Boolean(),
  last_run_at: nullable('The last run; null before the first one'),
  brands_left_out: Type.Integer({ description: 'Brands beyond the 50 with most records' }),
  brands: Type.Array(BrandStatus),
  alerts: Type.Array(Alert),
});

const Incident = Type.Object({
  incident_id: Type.String(),
  brand_id: nullable('Null for what concerns the installation'),
  check: choice(CHECKS, 'The check that found it'),
  subject: Type.String({ description: 'What it is about' }),
  status: choice(['open', 'over'], 'Whether it goes on'),
  summary: Type.String({ description: 'What is wrong, with the figures' }),
  next_step: Type.String({ description: 'What a person does first' }),
  since: Type.String({ description: 'Since when' }),
  opened_at: Type.String({ description: 'When it was found' }),
  updated_at: Type.String(),
  over_at: nullable('When it was over'),
  over_because: nullable('`usual` again, `accepted` as the new usual after two weeks, or `gone`'),
  evidence: Type.Record(Type.String(), Type.Unknown(), {
    description: 'Numbers, the range that was expected, and samples that are not personal',
  }),
});

const Asked = Type.Object(
  {
    brand_id: BRAND,
    status: Type.Optional(choice(['open', 'over'], 'Only incidents that are open, or over')),
    check: Type.Optional(choice(CHECKS, 'Only incidents that this check found')),
    start: Type.Optional(words('Only incidents that went on at this day or instant, or later', { 'x-value': 'day' })),
    end: Type.Optional(words('Only incidents that began before this day or instant', { 'x-value': 'day' })),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: `How many; ${DEFAULT_LIMIT} when left out` }),
    ),
  },
  { additionalProperties: false },
);
const AskedStatus = Type.Object({ brand_id: BRAND }, { additionalProperties: false });

export function monitorRoutes(monitors: MonitorList, state: State): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/monitors',
      tag: 'reports',
      scope: 'read',
      viewers: true,
      summary: 'What is watched, and how each stands',
      description:
        'Every metric and check of each brand with its last value and the range that is usual, and where alerts stand. docs/monitors.md says how hours are judged.',
      parameters: AskedStatus,
      answers: { 200: { description: 'The monitors', schema: Status } },
      handle: async ({ query, key }, reply) => {
        reply.header('cache-control', 'no-store');
        return monitors.status(brandWithin(key!.brand_id, (query as Static<typeof AskedStatus>).brand_id));
      },
    },
    {
      method: 'GET',
      path: '/v1/incidents',
      tag: 'reports',
      scope: 'read',
      viewers: true,
      summary: 'What is wrong, or was',
      description:
        'The newest first, each with evidence and a next step. Incidents of the installation, such as a broken audit log, are shown to keys for all brands only.',
      parameters: Asked,
      answers: {
        200: {
          description: 'The incidents',
          schema: Type.Object({ incidents: Type.Array(Incident) }),
          example: { incidents: [] },
        },
      },
      handle: async ({ query, key }, reply) => {
        reply.header('cache-control', 'no-store');
        const { brand_id, status, check, start, end, limit = DEFAULT_LIMIT } = query as Static<typeof Asked>;
        const bound = (field: string, text?: string) =>
          text === undefined ? undefined : parseBound(field, text, 'UTC');
        const found = await listIncidents(state, {
          ...{ status, check, limit, brand_id: brandWithin(key!.brand_id, brand_id) },
          ...{ start_ms: bound('start', start), end_ms: bound('end', end) },
        });
        return { incidents: found.map(shownIncident) };
      },
    },
  ];
}
