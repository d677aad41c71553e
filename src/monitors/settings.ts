/** The settings of monitors: days that are not watched, and who is told. */
import { badRequest } from '../domain/errors.ts';
import { brandProblem } from '../domain/record.ts';
import { MS_PER_HOUR, parseDate } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { SecretSchema, secretText } from '../files/secret.ts';
import { addressProblem } from '../mail/settings.ts';
import { urlProblem } from '../network/urls.ts';
import { signingKeyProblem } from '../network/webhook-signature.ts';
import { CHECKS, type CheckName } from './checks/names.ts';

const closed = { additionalProperties: false } as const;
export const ALERT_KINDS = ['webhook', 'slack', 'email'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
export const REPEATS = ['once', 'hourly', 'daily'] as const;

const literals = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] as string[] });

const AlertSchema = Type.Object(
  {
    kind: literals(ALERT_KINDS),
    /** Only incidents of this brand; of all brands when left out. */
    brand_id: Type.Optional(Type.String()),
    /** Only incidents that these checks found; of all when left out. */
    checks: Type.Optional(Type.Array(literals(CHECKS), { minItems: 1 })),
    /** When it is told again until the incident is over; once when left out. */
    repeat: Type.Optional(literals(REPEATS)),
    /** What begins again so soon after it was told is not told again; 6 when left out. */
    cool_down_hours: Type.Optional(Type.Number({ minimum: 0, maximum: 168 })),
    /** Of webhook and slack: where it is sent. It may hold a secret. */
    url: Type.Optional(SecretSchema),
    /** Of webhook: the key of the signatures. */
    signing_secret: Type.Optional(SecretSchema),
    /** Of email: who is told. */
    to: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 20 })),
    /** True if it may have an address of this network, or plain http. */
    private_network: Type.Optional(Type.Boolean()),
  },
  closed,
);
type AlertFile = Static<typeof AlertSchema>;

export const MonitorsSchema = Type.Object(
  {
    /** False turns monitors off. */
    enabled: Type.Optional(Type.Boolean()),
    /** Days that are known to be unusual, such as holidays and sales: they are not watched, and count as no history. */
    unusual_days: Type.Optional(Type.Array(Type.String(), { maxItems: 400 })),
    /** Who is told about incidents, by an id of your choice. */
    alerts: Type.Optional(Type.Record(Type.String(), AlertSchema)),
  },
  closed,
);

export interface AlertSettings {
  id: string;
  kind: AlertKind;
  /** Null for all brands. */
  brand_id: string | null;
  /** Null for all checks. */
  checks: ReadonlySet<CheckName> | null;
  repeat: (typeof REPEATS)[number];
  cool_down_ms: number;
  /** Empty for email. */
  url: string;
  /** Empty but for webhooks. */
  signing_secret: string;
  to: readonly string[];
  private_network: boolean;
}

export interface MonitorSettings {
  enabled: boolean;
  /** As YYYY-MM-DD. */
  unusual_days: ReadonlySet<string>;
  alerts: ReadonlyMap<string, AlertSettings>;
}

const ALERT_ID = /^[a-z0-9][a-z0-9_]{0,39}$/;

/** @param has_mail true if the configuration has a mail server. @throws bad_request with the setting at fault. */
export function monitorSettings(
  content: Static<typeof MonitorsSchema>,
  env: NodeJS.ProcessEnv,
  has_mail: boolean,
): MonitorSettings {
  const unusual_days = new Set(content.unusual_days ?? []);
  for (const day of unusual_days) {
    const parsed = parseDate(day);
    if (typeof parsed === 'string') throw badRequest('config.monitors.unusual_days', parsed);
  }
  const alerts = Object.entries(content.alerts ?? {}).map(([id, file]) => alertOf(id, file, env, has_mail));
  return { enabled: content.enabled ?? true, unusual_days, alerts: new Map(alerts.map((alert) => [alert.id, alert])) };
}

function alertOf(id: string, file: AlertFile, env: NodeJS.ProcessEnv, has_mail: boolean): AlertSettings {
  const where = `config.monitors.alerts.${id}`;
  if (!ALERT_ID.test(id))
    throw badRequest(
      'config.monitors.alerts',
      `${JSON.stringify(id.slice(0, 60))} is not the id of an alert; use 1 to 40 lower-case letters, digits and underscores`,
    );
  const problem = file.brand_id === undefined ? undefined : brandProblem(file.brand_id);
  if (problem) throw badRequest(`${where}.brand_id`, problem);
  const settings: AlertSettings = {
    id,
    kind: file.kind,
    brand_id: file.brand_id ?? null,
    checks: file.checks === undefined ? null : new Set(file.checks),
    repeat: file.repeat ?? 'once',
    cool_down_ms: (file.cool_down_hours ?? 6) * MS_PER_HOUR,
    url: file.url === undefined ? '' : secretText(`${where}.url`, file.url, env),
    signing_secret:
      file.signing_secret === undefined ? '' : secretText(`${where}.signing_secret`, file.signing_secret, env),
    to: file.to ?? [],
    private_network: file.private_network ?? false,
  };
  checkKind(where, settings, has_mail);
  return settings;
}

/** Checks that a kind has what it needs, and nothing that it does not use. */
function checkKind(where: string, settings: AlertSettings, has_mail: boolean): void {
  const { kind, url, signing_secret, to, private_network } = settings;
  const is_mail = kind === 'email';
  if (is_mail && !has_mail) throw badRequest(where, 'is by email, and no mail server is configured; add mail');
  if (is_mail !== to.length > 0)
    throw badRequest(`${where}.to`, is_mail ? 'is needed: who is told' : `is not for ${kind}; remove it`);
  for (const address of to) {
    const problem = addressProblem(address);
    if (problem !== null) throw badRequest(`${where}.to`, problem);
  }
  if (is_mail !== (url === ''))
    throw badRequest(`${where}.url`, is_mail ? 'is not for email; remove it' : 'is needed: where alerts are sent');
  const problem = is_mail ? null : urlProblem(url, private_network);
  if (problem !== null) throw badRequest(`${where}.url`, problem);
  if ((kind === 'webhook') !== (signing_secret !== ''))
    throw badRequest(
      `${where}.signing_secret`,
      kind === 'webhook' ? 'is needed: the key of the signatures' : `is not for ${kind}; remove it`,
    );
  const fault = signing_secret === '' ? null : signingKeyProblem(signing_secret);
  if (fault !== null) throw badRequest(`${where}.signing_secret`, fault);
}
