/** The settings of configured schedules: reports that are sent, and views that are exported, once a period. */
import { badRequest, TributaryError } from '../domain/errors.ts';
import { brandProblem, DEFAULT_BRAND } from '../domain/record.ts';
import { isTimeZone, MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { type Secret, SecretSchema, secretText } from '../files/secret.ts';
import { addressProblem } from '../mail/settings.ts';
import { urlProblem } from '../network/urls.ts';
import { signingKeyProblem } from '../network/webhook-signature.ts';
import { type ExportPlan, ExportSchema, exportPlan } from './exports/settings.ts';
import { PERIODS, type Timing } from './periods.ts';
import { type AskedReport, readReports } from './questions.ts';

const closed = { additionalProperties: false } as const;

const ScheduleSchema = Type.Object(
  {
    period: Type.Union(PERIODS.map((period) => Type.Literal(period))),
    /** The brand that it is about; `default` when left out. */
    brand_id: Type.Optional(Type.String()),
    /** The time of day at which it is sent; 07:00 when left out. */
    at: Type.Optional(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })),
    /** The zone of `at`; that of the brand when left out. */
    time_zone: Type.Optional(Type.String()),
    /** Weeks begin on this day; Monday when left out. */
    weeks_begin: Type.Optional(Type.Union([Type.Literal('monday'), Type.Literal('sunday')])),
    /** Days that it waits after the end of the period, for events and refunds that come late; 0 when left out. */
    days_after: Type.Optional(Type.Integer({ minimum: 0, maximum: 6 })),
    /** The title of the report; the id of the schedule when left out. */
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    /** Addresses of reports, such as `/v1/reports/campaigns`; revenue by channel, and campaigns of email, when left out. */
    reports: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 6 })),
    /** The model of the credit; linear when left out. */
    model: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    /** True if the credits are frozen as a run; true when left out. */
    freeze: Type.Optional(Type.Boolean()),
    /** Days that the link to the page works; 30 when left out, 0 for no link. */
    link_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 90 })),
    /** Mail addresses. Each gets a mail of its own. */
    recipients: Type.Optional(Type.Array(Type.String(), { maxItems: 50 })),
    /** The URL of an incoming webhook of Slack. */
    slack: Type.Optional(SecretSchema),
    webhook: Type.Optional(
      Type.Object(
        {
          url: Type.String(),
          signing_secret: SecretSchema,
          previous_signing_secret: Type.Optional(SecretSchema),
        },
        closed,
      ),
    ),
    /** Views as Parquet files, in place of a report. */
    export: Type.Optional(ExportSchema),
    /** True if webhooks and storage may have an address of this network, or plain http. */
    private_network: Type.Optional(Type.Boolean()),
  },
  closed,
);
export const SchedulesSchema = Type.Record(Type.String(), ScheduleSchema);
type ScheduleFile = Static<typeof ScheduleSchema>;

/** A report, and who gets it. */
export interface ReportPlan {
  kind: 'report';
  reports: readonly AskedReport[];
  freeze: boolean;
  link_days: number;
  recipients: readonly string[];
  slack: string | null;
  webhook: { url: string; signing_secret: string; previous_signing_secret: string | undefined } | null;
}

export interface ScheduleSettings extends Timing {
  id: string;
  brand_id: string;
  title: string;
  model: string;
  private_network: boolean;
  plan: ReportPlan | ExportPlan;
}

const SCHEDULE_ID = /^[a-z0-9][a-z0-9_]{0,39}$/;
const REPORT_ONLY = ['title', 'reports', 'freeze', 'link_days', 'recipients', 'slack', 'webhook'] as const;

/** What the rest of the configuration says. */
interface Around {
  /** True if mail can be sent. */
  mail: boolean;
  public_url: string | null;
}

/** @throws bad_request with the setting at fault. */
export function scheduleSettings(
  content: Readonly<Record<string, ScheduleFile>>,
  env: NodeJS.ProcessEnv,
  around: Around,
): Map<string, ScheduleSettings> {
  return new Map(Object.entries(content).map(([id, file]) => [id, settingsOf(id, file, env, around)]));
}

function settingsOf(id: string, file: ScheduleFile, env: NodeJS.ProcessEnv, around: Around): ScheduleSettings {
  const where = `config.schedules.${id}`;
  if (!SCHEDULE_ID.test(id))
    throw badRequest(
      'config.schedules',
      `${JSON.stringify(id.slice(0, 60))} is not the id of a schedule; use 1 to 40 lower-case letters, digits and underscores`,
    );
  const brand_id = file.brand_id ?? DEFAULT_BRAND;
  const problem = brandProblem(brand_id);
  if (problem) throw badRequest(`${where}.brand_id`, problem);
  if (file.time_zone !== undefined && !isTimeZone(file.time_zone))
    throw badRequest(`${where}.time_zone`, 'must be a time zone such as Europe/Berlin');
  const [hours, minutes] = (file.at ?? '07:00').split(':').map(Number) as [number, number];
  const model = file.model ?? 'linear';
  const private_network = file.private_network ?? false;
  return {
    id,
    brand_id,
    title: file.title ?? id.replaceAll('_', ' '),
    model,
    private_network,
    period: file.period,
    at_ms: hours * MS_PER_HOUR + minutes * MS_PER_MINUTE,
    time_zone: file.time_zone ?? null,
    weeks_begin: file.weeks_begin ?? 'monday',
    days_after: file.days_after ?? 0,
    plan:
      file.export === undefined
        ? reportPlan(where, file, env, around)
        : exportPlan(`${where}.export`, checkedExport(where, file), env, private_network),
  };
}

function checkedExport(where: string, file: ScheduleFile): NonNullable<ScheduleFile['export']> {
  for (const name of REPORT_ONLY)
    if (file[name] !== undefined)
      throw badRequest(`${where}.${name}`, 'is for reports, and this schedule exports views; make two schedules');
  return file.export!;
}

function reportPlan(where: string, file: ScheduleFile, env: NodeJS.ProcessEnv, around: Around): ReportPlan {
  const recipients = [...new Set((file.recipients ?? []).map((address) => address.trim()))];
  for (const [i, address] of recipients.entries())
    if (addressProblem(address) !== null)
      throw badRequest(`${where}.recipients`, `number ${i + 1} is no mail address such as anna@shop.example`);
  if (recipients.length > 0 && !around.mail)
    throw badRequest(`${where}.recipients`, 'needs the setting mail: the server that mail is sent with');
  if (recipients.length > 0 && around.public_url === null)
    throw badRequest(
      `${where}.recipients`,
      'needs the setting public_url, such as https://tributary.shop.example: each mail has a link that ends it',
    );
  if (recipients.length === 0 && file.slack === undefined && file.webhook === undefined)
    throw badRequest(where, 'sends to nobody; add recipients, slack, webhook or export');
  const private_network = file.private_network ?? false;
  const slack = file.slack === undefined ? null : secretText(`${where}.slack`, file.slack, env);
  if (slack !== null) checkUrl(`${where}.slack`, slack, private_network);
  return {
    kind: 'report',
    reports: reportsOf(where, file),
    freeze: file.freeze ?? true,
    link_days: file.link_days ?? 30,
    recipients,
    slack,
    webhook: webhookOf(where, file, env, private_network),
  };
}

function reportsOf(where: string, { reports }: ScheduleFile): readonly AskedReport[] {
  try {
    return readReports(reports);
  } catch (error) {
    if (error instanceof TributaryError) throw badRequest(`${where}.reports`, error.message);
    throw error;
  }
}

function webhookOf(
  where: string,
  { webhook }: ScheduleFile,
  env: NodeJS.ProcessEnv,
  private_network: boolean,
): ReportPlan['webhook'] {
  if (webhook === undefined) return null;
  checkUrl(`${where}.webhook.url`, webhook.url, private_network);
  const keyOf = (name: string, secret: Secret): string => {
    const text = secretText(`${where}.webhook.${name}`, secret, env);
    const problem = signingKeyProblem(text);
    if (problem !== null) throw badRequest(`${where}.webhook.${name}`, problem);
    return text;
  };
  const { signing_secret, previous_signing_secret: previous } = webhook;
  return {
    url: webhook.url,
    signing_secret: keyOf('signing_secret', signing_secret),
    previous_signing_secret: previous === undefined ? undefined : keyOf('previous_signing_secret', previous),
  };
}

function checkUrl(where: string, url: string, private_network: boolean): void {
  const problem = urlProblem(url, private_network);
  if (problem !== null) throw badRequest(where, problem);
}
