/** The parameters that reports share, from a query string or the command line: one schema for both. */
import { hash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { DEFAULT_MODEL, isFitted, MAX_MODELS, resolveModel } from '../attribution/models.ts';
import type { Model } from '../attribution/plan.ts';
import {
  ADJUSTMENT_MODES,
  COLLAPSE_MODES,
  LOOKBACK_MODES,
  type Plan,
  type PlannedBrand,
  samePositions,
} from '../attribution/plan.ts';
import { brandWithin } from '../domain/brand-access.ts';
import { CONVERSION_TYPES } from '../domain/conversion.ts';
import { currencyProblem } from '../domain/currencies.ts';
import { badRequest } from '../domain/errors.ts';
import { canonicalJson } from '../domain/record.ts';
import type { BrandSettings } from '../domain/settings.ts';
import { formatDate, formatInstant, MS_PER_DAY, parseBound, zoneOffsetMs } from '../domain/time.ts';
import { checkAsked, chooseArtifact } from '../models/artifacts/choose.ts';
import { fittedModel } from '../models/fitted.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, formatPosition, type Position, resolvePosition } from '../warehouse/position.ts';
import type { ReportContext, ReportJson } from './context.ts';

const choice = <const V extends readonly string[]>(values: V, description: string) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values], description });
const flag = (description: string) =>
  Type.Unsafe<'true' | 'false'>({ type: 'string', enum: ['true', 'false'], description });
const words = (description: string) => Type.String({ maxLength: 2_000, description });

/** Parameters of every report that attributes. Lists are separated by commas. */
export const AttributionParameters = Type.Object(
  {
    start: Type.Optional(
      words('First day (YYYY-MM-DD in the brand’s zone) or first instant; 30 days before `end` when left out'),
    ),
    end: Type.Optional(words('The day or instant after the last one; tomorrow when left out')),
    model: Type.Optional(words('One model; linear when left out')),
    models: Type.Optional(words('Several models side by side, instead of `model`')),
    artifact: Type.Optional(
      words('Ids of fitted artifacts to use for fitted models; the newest that passed its gate when left out'),
    ),
    brand_id: Type.Optional(words('One brand; all that the key may read when left out')),
    as_of: Type.Optional(words('The as_of of an earlier report, or an instant')),
    currency: Type.Optional(words('ISO 4217; the brand’s when left out')),
    conversion_type: Type.Optional(words('Only these conversion types')),
    collapse: Type.Optional(choice(COLLAPSE_MODES, 'What one touch is')),
    adjustments: Type.Optional(choice(ADJUSTMENT_MODES, 'The day that a refund falls on')),
    lookback: Type.Optional(choice(LOOKBACK_MODES, 'Whether touches before the previous conversion count')),
    exclude_direct: Type.Optional(flag('Leave direct visits out')),
    include_machine: Type.Optional(flag('Let machine traffic earn credit')),
  },
  { additionalProperties: false },
);
export type AttributionParameters = Static<typeof AttributionParameters>;

/** A resolved request: the plan for the query and what the answer repeats. */
export interface Resolved {
  plan: Plan;
  position: Position;
  period: { start: string; end: string };
  as_of: string;
  config_hash: string;
}

/** Reads shared parameters against the state of the snapshot. @throws bad_request naming the parameter. */
export async function resolveParameters(
  snapshot: Snapshot,
  context: ReportContext,
  parameters: AttributionParameters,
  options: {
    key_brand_id: string | null;
    extra?: Record<string, unknown>;
    touch_columns?: readonly string[];
    show_weights?: boolean;
    conversion_id?: string;
    brand_ids?: readonly string[];
    /** The artifacts are those of a frozen run, of which only one model is asked. */
    frozen_artifacts?: boolean;
  },
): Promise<Resolved> {
  const position = await resolvePosition(snapshot, parameters.as_of);
  const brand_ids =
    options.brand_ids ?? (await resolveBrands(snapshot, context, position, parameters.brand_id, options.key_brand_id));
  const settings = brand_ids.map((brand_id) => context.settings(brand_id));
  const period = resolvePeriod(parameters, settings[0]!.time_zone, context.clock());
  const brands = brand_ids.map((brand_id, i): PlannedBrand => {
    const zone = settings[i]!.time_zone;
    return {
      brand_id,
      settings: settings[i]!,
      start_ms: parseBound('start', period.start, zone),
      end_ms: parseBound('end', period.end, zone),
    };
  });
  if (brands.some((brand) => brand.end_ms <= brand.start_ms))
    throw badRequest(
      'end',
      `must come after start; got ${period.start} to ${period.end} (the end itself is not included)`,
    );
  const models = await resolveModels(snapshot, parameters, brand_ids, settings, options.frozen_artifacts ?? false);
  const plan: Plan = {
    brands,
    positions: samePositions(position),
    models,
    currency: resolveCurrency(parameters.currency, settings),
    collapse: parameters.collapse ?? 'interaction',
    adjustments: parameters.adjustments ?? 'order_day',
    lookback: parameters.lookback ?? 'full',
    exclude_direct: parameters.exclude_direct === 'true',
    include_machine: parameters.include_machine === 'true',
    conversion_types: resolveConversionTypes(parameters.conversion_type),
    touch_columns: options.touch_columns ?? [],
    show_weights: options.show_weights ?? false,
    ...(options.conversion_id === undefined ? {} : { conversion_id: options.conversion_id }),
  };
  return {
    plan,
    position,
    period,
    as_of: formatPosition(position),
    config_hash: configHash(plan, period, options.extra ?? {}),
  };
}

async function resolveBrands(
  snapshot: Snapshot,
  context: ReportContext,
  position: Position,
  brand_id: string | undefined,
  key_brand_id: string | null,
): Promise<string[]> {
  const asked = brandWithin(key_brand_id, brand_id);
  if (asked !== null) return [asked];
  const rows = await snapshot.query(
    `select distinct c.brand_id as brand_id from conversions c where ${atOrBefore('c', position)}`,
  );
  const brands = [...new Set([...rows.map((row) => row['brand_id'] as string), ...context.configured_brands])].sort();
  return brands.length === 0 ? ['default'] : brands;
}

const DEFAULT_PERIOD_DAYS = 30;

function resolvePeriod(
  parameters: AttributionParameters,
  time_zone: string,
  now_ms: number,
): { start: string; end: string } {
  const today = Math.floor((now_ms + zoneOffsetMs(time_zone, now_ms)) / MS_PER_DAY);
  const end = parameters.end ?? formatDate(today + 1);
  if (parameters.start !== undefined) return { start: parameters.start, end };
  const end_ms = parseBound('end', end, time_zone);
  const end_day = Math.floor((end_ms + zoneOffsetMs(time_zone, end_ms)) / MS_PER_DAY);
  return { start: formatDate(end_day - DEFAULT_PERIOD_DAYS), end };
}

async function resolveModels(
  snapshot: Snapshot,
  parameters: AttributionParameters,
  brand_ids: readonly string[],
  settings: readonly BrandSettings[],
  frozen_artifacts: boolean,
): Promise<Model[]> {
  const names = modelNames(parameters);
  const asked = listOf(parameters.artifact ?? '');
  await checkAsked(snapshot, asked, frozen_artifacts ? null : names.filter(isFitted), brand_ids);
  const models: Model[] = [];
  for (const name of names) {
    const expressions = new Set(settings.map((brand) => brand.custom_models[name]));
    if (expressions.size > 1)
      throw badRequest('model', `${name} is not the same in all brands of this report; ask for one brand_id`);
    models.push(
      isFitted(name)
        ? fittedModel(name, await chooseArtifact(snapshot, name, brand_ids, asked))
        : resolveModel(name, settings[0]!.custom_models),
    );
  }
  return models;
}

function modelNames(parameters: AttributionParameters): string[] {
  if (parameters.model !== undefined && parameters.models !== undefined)
    throw badRequest('models', 'give either model or models, not both');
  const names =
    parameters.models === undefined ? [parameters.model ?? DEFAULT_MODEL] : [...new Set(listOf(parameters.models))];
  if (names.length === 0) throw badRequest('models', 'is empty; name at least one model');
  if (names.length > MAX_MODELS) throw badRequest('models', `names ${names.length} models; the limit is ${MAX_MODELS}`);
  return names;
}

function resolveCurrency(currency: string | undefined, settings: readonly BrandSettings[]): string {
  if (currency !== undefined) {
    const problem = currencyProblem(currency);
    if (problem) throw badRequest('currency', problem);
    return currency;
  }
  const own = new Set(settings.map((brand) => brand.currency));
  return own.size === 1 ? [...own][0]! : 'USD';
}

function resolveConversionTypes(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  const types = [...new Set(listOf(text))].sort();
  for (const type of types) {
    if (!(CONVERSION_TYPES as readonly string[]).includes(type))
      throw badRequest(
        'conversion_type',
        `${JSON.stringify(type.slice(0, 60))} is not one of ${CONVERSION_TYPES.join(', ')}`,
      );
  }
  return types.length === 0 ? null : types;
}

export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** What an answer depends on beside the log: the settings of its brands, and every parameter but `as_of`. */
function configHash(plan: Plan, period: { start: string; end: string }, extra: Record<string, unknown>): string {
  const {
    brands,
    positions: _positions,
    models,
    touch_columns: _touch_columns,
    show_weights: _show_weights,
    ...rest
  } = plan;
  const content = { ...rest, ...extra, period, models: models.map(modelHash), brands };
  return hash('sha256', canonicalJson(JSON.parse(JSON.stringify(content))) ?? '', 'hex').slice(0, 16);
}

/** What decides a model's weights. */
export function modelHash({ name, weight, scores }: Model): object {
  return { name, weight, ...(scores ? { artifact_id: scores.artifact_id } : {}) };
}

/** The artifacts that fitted models of a plan read, by model. */
export function usedArtifacts({ models }: Plan): Record<string, string> {
  return Object.fromEntries(models.flatMap(({ name, scores }) => (scores ? [[name, scores.artifact_id]] : [])));
}

/** What every answer says about itself. */
export function reportHead(resolved: Resolved, now_ms: number): ReportJson {
  const artifacts = usedArtifacts(resolved.plan);
  return {
    report_period: resolved.period,
    ...(Object.keys(artifacts).length > 0 ? { artifacts } : {}),
    currency: resolved.plan.currency,
    as_of: resolved.as_of,
    config_hash: resolved.config_hash,
    generated_at: formatInstant(now_ms),
  };
}
