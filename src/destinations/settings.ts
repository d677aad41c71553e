/** The settings of configured destinations, and their secrets. */
import { badRequest } from '../domain/errors.ts';
import { parseScaledDecimal } from '../domain/money.ts';
import { brandProblem, DEFAULT_BRAND } from '../domain/record.ts';
import { MS_PER_DAY, MS_PER_MINUTE, parseInstant } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { type Secret, SecretSchema, secretText } from '../files/secret.ts';
import type { Destination, DestinationOptions } from './destination.ts';
import { destinationNamed } from './index.ts';

const closed = { additionalProperties: false } as const;

export const DestinationSchema = Type.Object(
  {
    kind: Type.String(),
    brand_id: Type.Optional(Type.String()),
    /** Orders that an email earned something of, or all; email when left out. */
    send: Type.Optional(Type.Union([Type.Literal('email'), Type.Literal('all')])),
    /** Also customers with their sums. */
    profiles: Type.Optional(Type.Boolean()),
    /** The model of the credit; linear when left out. */
    model: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    /** Orders before this instant are not sent; those since the first start with this destination when left out. */
    start: Type.Optional(Type.String()),
    /** How long an order waits, so that its touches are there: 5 when left out. */
    delay_minutes: Type.Optional(Type.Number({ minimum: 0, maximum: 1_440 })),
    /** Orders worth more, in the brand's currency, do not wait. */
    immediate_above: Type.Optional(Type.String()),
    /** Changes of orders are sent for so many days after the order: 90 when left out. */
    correct_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 400 })),
    /** True if it may have an address of this network, or plain http. */
    private_network: Type.Optional(Type.Boolean()),
    options: Type.Optional(Type.Record(Type.String(), Type.String())),
    secrets: Type.Optional(Type.Record(Type.String(), SecretSchema)),
    /** Only of the kind `custom`. */
    template: Type.Optional(
      Type.Object(
        {
          method: Type.Optional(Type.Union([Type.Literal('POST'), Type.Literal('PUT'), Type.Literal('PATCH')])),
          url: Type.String({ minLength: 1 }),
          headers: Type.Optional(Type.Record(Type.String(), Type.String())),
          body: Type.Unknown(),
        },
        closed,
      ),
    ),
  },
  closed,
);
export const DestinationsSchema = Type.Record(Type.String(), DestinationSchema);
type DestinationFile = Static<typeof DestinationSchema>;

export interface DestinationSettings extends DestinationOptions {
  destination: Destination;
  send: 'email' | 'all';
  profiles: boolean;
  model: string;
  /** Null for the instant at which the program first ran with this destination. */
  start_ms: number | null;
  delay_ms: number;
  immediate_above_micros: bigint | null;
  correct_ms: number;
}

const DESTINATION_ID = /^[a-z0-9][a-z0-9_]{0,39}$/;

/** The settings of all destinations. @throws bad_request with the setting at fault. */
export function destinationSettings(
  content: Readonly<Record<string, DestinationFile>>,
  env: NodeJS.ProcessEnv,
): Map<string, DestinationSettings> {
  return new Map(Object.entries(content).map(([id, file]) => [id, settingsOf(id, file, env)]));
}

function settingsOf(id: string, file: DestinationFile, env: NodeJS.ProcessEnv): DestinationSettings {
  const where = `config.destinations.${id}`;
  if (!DESTINATION_ID.test(id))
    throw badRequest(
      'config.destinations',
      `${JSON.stringify(id.slice(0, 60))} is not the id of a destination; use 1 to 40 lower-case letters, digits and underscores`,
    );
  const destination = destinationNamed(file.kind);
  if (typeof destination === 'string') throw badRequest(`${where}.kind`, destination);
  const brand_id = file.brand_id ?? DEFAULT_BRAND;
  const problem = brandProblem(brand_id);
  if (problem) throw badRequest(`${where}.brand_id`, problem);
  const options = checkedNames(`${where}.options`, file.options ?? {}, destination.options, destination.needs);
  const secrets = secretsOf(where, file.secrets ?? {}, destination, env);
  const model = file.model ?? 'linear';
  const correct_ms = (file.correct_days ?? 90) * MS_PER_DAY;
  const settings: DestinationSettings = {
    id,
    brand_id,
    options,
    secrets,
    ...(file.template === undefined
      ? {}
      : { template: { method: 'POST', headers: {}, ...file.template } as DestinationOptions['template'] }),
    destination,
    send: file.send ?? 'email',
    profiles: file.profiles ?? false,
    model,
    start_ms: startOf(where, file.start),
    delay_ms: (file.delay_minutes ?? 5) * MS_PER_MINUTE,
    immediate_above_micros: amountOf(where, file.immediate_above),
    correct_ms,
    private_network: file.private_network ?? false,
  };
  const fault = destination.check?.(settings) ?? null;
  if (fault !== null) throw badRequest(`${where}.${fault.option}`, fault.problem);
  return settings;
}

function startOf(where: string, start: string | undefined): number | null {
  if (start === undefined) return null;
  const ms = parseInstant(start.length === 10 ? `${start}T00:00:00Z` : start);
  if (typeof ms !== 'number')
    throw badRequest(`${where}.start`, 'must be a day such as 2026-03-01 or an instant such as 2026-03-01T00:00:00Z');
  return ms;
}

function amountOf(where: string, amount: string | undefined): bigint | null {
  if (amount === undefined) return null;
  const micros = parseScaledDecimal(amount, 6, 6, 'micros');
  if (typeof micros !== 'number' || micros < 0)
    throw badRequest(`${where}.immediate_above`, 'must be an amount such as "500.00", in the currency of the brand');
  return BigInt(micros);
}

function secretsOf(
  where: string,
  secrets: Readonly<Record<string, Secret>>,
  { secrets: known, needs_secrets }: Destination,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const names = checkedNames(`${where}.secrets`, secrets, known, needs_secrets);
  return Object.fromEntries(
    Object.entries(names).map(([name, secret]) => [name, secretText(`${where}.secrets.${name}`, secret, env)]),
  );
}

/** @throws bad_request for a name that the destination does not know, or one that it needs. `custom` knows secrets by any name. */
function checkedNames<T>(
  where: string,
  given: Readonly<Record<string, T>>,
  known: Readonly<Record<string, string>> | undefined,
  needs: readonly string[] = [],
): Record<string, T> {
  const any = known !== undefined && Object.hasOwn(known, '*');
  for (const name of Object.keys(given))
    if (!any && !Object.hasOwn(known ?? {}, name)) {
      const names = Object.keys(known ?? {}).join(', ');
      throw badRequest(
        `${where}.${name.slice(0, 60)}`,
        names === '' ? 'is not known; remove it' : `is not known; use ${names}`,
      );
    }
  for (const name of needs)
    if (!Object.hasOwn(given, name)) throw badRequest(`${where}.${name}`, `is needed: ${known?.[name]}`);
  return { ...given };
}
