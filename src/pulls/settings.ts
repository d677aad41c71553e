/** The settings of configured pulls, and their secrets. */
import { badRequest, TributaryError } from '../domain/errors.ts';
import { brandProblem, DEFAULT_BRAND } from '../domain/record.ts';
import { isTimeZone, MS_PER_HOUR } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { type Secret, SecretSchema, secretText } from '../files/secret.ts';
import { checkPlan, ImportPlanSchema } from '../mapping/plan.ts';
import { pullSourceNamed } from './index.ts';
import type { PullOptions, PullSource } from './pull.ts';
import { SHEET_PRESETS } from './spend-sheet/lines.ts';

const PullSchema = Type.Object(
  {
    kind: Type.String(),
    brand_id: Type.Optional(Type.String()),
    /** How often it is read; 6 when left out. */
    every_hours: Type.Optional(Type.Number({ minimum: 0.25, maximum: 168 })),
    /** So many days up to today are read again each time; 30 when left out. */
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_100 })),
    /** True if it may have an address of this network, or plain http. */
    private_network: Type.Optional(Type.Boolean()),
    options: Type.Optional(Type.Record(Type.String(), Type.String())),
    secrets: Type.Optional(Type.Record(Type.String(), SecretSchema)),
    /** Only of the kind `spend_sheet`: what its columns mean, as a plan of an import. */
    plan: Type.Optional(ImportPlanSchema),
  },
  { additionalProperties: false },
);
export const PullsSchema = Type.Record(Type.String(), PullSchema);
type PullFile = Static<typeof PullSchema>;

export interface PullSettings extends PullOptions {
  id: string;
  brand_id: string;
  source: PullSource;
  every_ms: number;
  days: number;
}

const PULL_ID = /^[a-z0-9][a-z0-9_]{0,39}$/;

/** The settings of all pulls. @throws bad_request with the setting at fault. */
export function pullSettings(
  content: Readonly<Record<string, PullFile>>,
  env: NodeJS.ProcessEnv,
): Map<string, PullSettings> {
  return new Map(Object.entries(content).map(([id, file]) => [id, settingsOf(id, file, env)]));
}

function settingsOf(id: string, file: PullFile, env: NodeJS.ProcessEnv): PullSettings {
  const where = `config.pulls.${id}`;
  if (!PULL_ID.test(id))
    throw badRequest(
      'config.pulls',
      `${JSON.stringify(id.slice(0, 60))} is not the id of a pull; use 1 to 40 lower-case letters, digits and underscores`,
    );
  const source = pullSourceNamed(file.kind);
  if (typeof source === 'string') throw badRequest(`${where}.kind`, source);
  const brand_id = file.brand_id ?? DEFAULT_BRAND;
  const problem = brandProblem(brand_id);
  if (problem) throw badRequest(`${where}.brand_id`, problem);
  const settings: PullSettings = {
    id,
    brand_id,
    source,
    every_ms: (file.every_hours ?? 6) * MS_PER_HOUR,
    days: file.days ?? 30,
    private_network: file.private_network ?? false,
    options: checkedNames(`${where}.options`, file.options ?? {}, source.options, source.needs),
    secrets: secretsOf(where, file.secrets ?? {}, source, env),
    plan: planOf(where, file, source),
  };
  checkShared(where, settings);
  const fault = source.check?.(settings) ?? null;
  if (fault !== null) throw badRequest(`${where}.${fault.option}`, fault.problem);
  return settings;
}

/** Checks the options that several kinds have. */
function checkShared(where: string, { options }: PullSettings): void {
  const { time_zone, preset } = options;
  if (time_zone !== undefined && !isTimeZone(time_zone))
    throw badRequest(`${where}.options.time_zone`, 'must be a time zone such as Europe/Berlin');
  const presets = SHEET_PRESETS.map(({ name }) => name);
  if (preset !== undefined && !presets.includes(preset))
    throw badRequest(`${where}.options.preset`, `must be ${presets.join(' or ')}`);
}

function planOf(where: string, { plan }: PullFile, { takes_plan, kind }: PullSource): PullSettings['plan'] {
  if (plan === undefined) return null;
  if (!takes_plan) throw badRequest(`${where}.plan`, `is not for ${kind}; remove it`);
  if (plan.records.some(({ record }) => record !== 'spend'))
    throw badRequest(`${where}.plan.records`, 'must all have the record spend');
  if (plan.brand_id !== undefined) throw badRequest(`${where}.plan.brand_id`, 'is named by the pull; remove it here');
  try {
    return checkPlan(plan);
  } catch (error) {
    if (error instanceof TributaryError) throw badRequest(`${where}.plan`, error.message);
    throw error;
  }
}

function secretsOf(
  where: string,
  secrets: Readonly<Record<string, Secret>>,
  source: PullSource,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const names = checkedNames(`${where}.secrets`, secrets, source.secrets, source.needs_secrets);
  return Object.fromEntries(
    Object.entries(names).map(([name, secret]) => [name, secretText(`${where}.secrets.${name}`, secret, env)]),
  );
}

/** @throws bad_request for a name that the source does not know, or one that it needs. */
function checkedNames<T>(
  where: string,
  given: Readonly<Record<string, T>>,
  known: Readonly<Record<string, string>>,
  needs: readonly string[],
): Record<string, T> {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(known, name))
      throw badRequest(`${where}.${name.slice(0, 60)}`, `is not known; use ${Object.keys(known).join(', ')}`);
  for (const name of needs)
    if (!Object.hasOwn(given, name)) throw badRequest(`${where}.${name}`, `is needed: ${known[name]}`);
  return { ...given };
}
