/** Routes for schedules: where each stands, the newest period before its time, a preview, and the files of an export. */
import { Type } from '../domain/typebox.ts';
import type { ScheduleList } from '../schedules/schedules.ts';
import type { Route } from './route.ts';

const ID = { schedule_id: 'The id of the schedule in the configuration' };
const nullable = (text: string) => Type.Union([Type.String({ description: text }), Type.Null()]);

const Status = Type.Object({
  schedule_id: Type.String(),
  kind: Type.String({ description: '`report` or `export`' }),
  brand_id: Type.String(),
  period: Type.String({ description: '`daily`, `weekly` or `monthly`' }),
  time_zone: Type.String({ description: 'The zone of the time of day at which it is sent' }),
  status: Type.String({
    description:
      '`waiting` for its first time, `working`, `retrying` after a failure, `sent`, or `trouble` where a part of the last period did not surely arrive',
  }),
  next_at: Type.String({ description: 'When the next period is sent' }),
  last_start: nullable('The first day of the last period that was begun'),
  last_end: nullable('The day after its last one'),
  last_success_at: nullable('When a period was last sent to everyone'),
  run_id: nullable('The frozen run of the last period'),
  as_of: nullable('The log position of the last period'),
  recipients: Type.Integer({ description: 'Mail addresses' }),
  unsubscribed: Type.Integer({ description: 'Those that want no mail any more' }),
  deliveries: Type.Record(Type.String(), Type.Integer(), {
    description:
      'Deliveries of the last period by where they stand: `waiting`, `handing_over`, `delivered`, `unknown`, `refused`, `given_up`, `unsubscribed`',
  }),
  next_try_at: nullable('When a failed period is tried again'),
  last_error: nullable('Why the last try failed, or why there is no frozen run'),
});

const Preview = Type.Object({
  report_period: Type.Object({ start: Type.String(), end: Type.String() }),
  as_of: Type.String(),
  subject: Type.String(),
  html: Type.String(),
  text: Type.String(),
  slack: Type.Record(Type.String(), Type.Unknown()),
  pictures: Type.Record(Type.String(), Type.String(), { description: 'PNG in base64, by file name' }),
});

const Export = Type.Object({
  schedule_id: Type.String(),
  brand_id: Type.String(),
  view: Type.String(),
  start: Type.String(),
  end: Type.String(),
  as_of: Type.String(),
  persons: Type.Boolean({ description: 'True if it has the columns that name persons and orders' }),
  place: Type.String({ description: 'The file, as a path or as an address of a bucket' }),
  rows: Type.Integer(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  written_ms: Type.Integer(),
});

const idOf = (params: unknown): string => (params as { schedule_id: string }).schedule_id;

export function scheduleRoutes(schedules: ScheduleList): Route[] {
  const common = { tag: 'administration', scope: 'admin' } as const;
  return [
    {
      ...common,
      method: 'GET',
      path: '/v1/schedules',
      summary: 'List the schedules with where each stands',
      answers: {
        200: { description: 'The configured schedules', schema: Type.Object({ schedules: Type.Array(Status) }) },
      },
      handle: async ({ key }) => ({ schedules: await schedules.list(key!.brand_id) }),
    },
    {
      ...common,
      method: 'POST',
      path: '/v1/schedules/:schedule_id/send',
      summary: 'Ask for the newest whole period now',
      description:
        'It is sent within ten seconds to all who do not surely have it, and then not again at its time. What was refused, given up or of unknown outcome is tried again.',
      path_parameters: ID,
      answers: {
        200: {
          description: 'It is asked for',
          schema: Type.Object({ asked: Type.Boolean() }),
          example: { asked: true },
        },
      },
      handle: async ({ params, key }) => {
        await schedules.ask(idOf(params), key!.brand_id);
        return { asked: true };
      },
    },
    {
      ...common,
      method: 'GET',
      path: '/v1/schedules/:schedule_id/preview',
      summary: 'What a schedule would send now',
      description: 'The newest whole period as a mail and as a message for Slack. Nothing is sent, frozen or linked.',
      path_parameters: ID,
      answers: { 200: { description: 'The mail', schema: Preview } },
      handle: ({ params, key }) => schedules.preview(idOf(params), key!.brand_id),
    },
    {
      ...common,
      method: 'GET',
      path: '/v1/schedules/:schedule_id/exports',
      summary: 'The files that a schedule wrote',
      description: 'At most 1,000, newest period first.',
      path_parameters: ID,
      answers: { 200: { description: 'The files', schema: Type.Object({ exports: Type.Array(Export) }) } },
      handle: async ({ params, key }) => ({ exports: await schedules.exports(idOf(params), key!.brand_id) }),
    },
  ];
}
