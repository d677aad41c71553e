/** Resolves a request: makes the plan of the query from the parameters, the settings and the log. */
import {
  DEFAULT_MODEL,
  FITTED_MODELS,
  type FittedModelName,
  isFitted,
  MAX_MODELS,
  resolveModel,
} from '../attribution/models.ts';
import { CANDIDATE_LIMITS, type Model, type Plan, type PlannedBrand, samePositions } from '../attribution/plan.ts';
import { type QueryOptions, readOptions } from '../attribution/query-options.ts';
import { brandWithin } from '../domain/brand-access.ts';
import { currencyProblem } from '../domain/currencies.ts';
import { badRequest } from '../domain/errors.ts';
import { listOf } from '../domain/parameter.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import type { BrandSettings } from '../domain/settings.ts';
import { dayOf, formatDate, parseBound } from '../domain/time.ts';
import type { ArtifactModel } from '../models/artifacts/artifact.ts';
import { type Chosen, checkAsked, chooseArtifact } from '../models/artifacts/choose.ts';
import { fittedModel } from '../models/fitted.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, formatPosition, type Position, resolvePosition, withoutSettled } from '../warehouse/position.ts';
import { artifactNotes } from './artifact-notes.ts';
import { configHash } from './config-hash.ts';
import type { ReportContext, Resolved } from './context.ts';
import { earlierPeriod } from './earlier-period.ts';
import type { Filters } from './filters.ts';
import { checkBrand } from './known-brand.ts';
import type { AttributionParameters } from './parameters.ts';
import { type Tried, withTried } from './tried-settings.ts';

/** Resolves the parameters that reports share. @throws bad_request naming the parameter. */
export async function resolveParameters(
  snapshot: Snapshot,
  context: ReportContext,
  parameters: AttributionParameters & Tried,
  options: {
    key_brand_id: string | null;
    extra?: Record<string, unknown>;
    touch_columns?: readonly string[];
    /** The filters of the report; they need columns of touchpoints. */
    filters?: Filters;
    show_weights?: boolean;
    conversion_id?: string;
    brand_ids?: readonly string[];
    /** True if `artifact` is that of a frozen run. It may name artifacts of models that are not asked for. */
    frozen_artifacts?: boolean;
    /** The days of a period whose start is left out; 30 when left out. */
    default_period_days?: number;
  },
): Promise<Resolved> {
  const query_options = readOptions(parameters);
  const position = verdictPosition(await resolvePosition(snapshot, parameters.as_of), query_options, context);
  const brand_ids =
    options.brand_ids ?? (await resolveBrands(snapshot, context, position, parameters.brand_id, options.key_brand_id));
  const settings = brand_ids.map((brand_id) => withTried(context.settings(brand_id), parameters));
  const period = resolvePeriod(parameters, settings[0]!.time_zone, context, options.default_period_days);
  const bounds = boundsByZone(period, settings);
  const brands = brand_ids.map(
    (brand_id, i): PlannedBrand => ({ brand_id, settings: settings[i]!, ...bounds.get(settings[i]!.time_zone)! }),
  );
  if (brands.some((brand) => brand.end_ms <= brand.start_ms))
    throw badRequest(
      'end',
      `must come after start; got ${period.start} to ${period.end} (the end itself is not included)`,
    );
  const models = await resolveModels(snapshot, context, parameters, {
    ...{ brand_ids, settings, position },
    frozen_artifacts: options.frozen_artifacts ?? false,
  });
  const plan: Plan = {
    brands,
    positions: samePositions(position),
    models,
    currency: resolveCurrency(parameters.currency, settings),
    ...query_options,
    touch_columns: [...new Set([...(options.touch_columns ?? []), ...(options.filters?.touch_columns ?? [])])],
    ...(context.removedBefore && { removed_before: brand_ids.map(context.removedBefore) }),
    show_weights: options.show_weights ?? false,
    limits: context.candidate_limits ?? CANDIDATE_LIMITS,
    ...(options.conversion_id === undefined ? {} : { conversion_id: options.conversion_id }),
  };
  const filters = options.filters?.asked ?? [];
  const resolved = {
    plan,
    period,
    as_of: formatPosition(position),
    filters,
    config_hash: configHash(plan, period, { ...options.extra, ...(filters.length > 0 ? { filters } : {}) }),
  };
  context.resolved?.(resolved);
  return resolved;
}

/** The position of a report. Without the rules over several events, it has no position of the verdicts that they gave. */
function verdictPosition(
  position: Position,
  { ignore_message_rules }: QueryOptions,
  { message_rules = true }: ReportContext,
): Position {
  return ignore_message_rules || !message_rules ? withoutSettled(position) : position;
}

async function resolveBrands(
  snapshot: Snapshot,
  context: ReportContext,
  position: Position,
  brand_id: string | undefined,
  key_brand_id: string | null,
): Promise<string[]> {
  const asked = brandWithin(key_brand_id, brand_id);
  if (asked !== null) {
    if (asked !== key_brand_id) await checkBrand(snapshot, asked, context.configured_brands);
    return [asked];
  }
  const rows = await snapshot.query(
    `select distinct c.brand_id as brand_id from conversions c where ${atOrBefore('c', position)}`,
  );
  const brands = [...new Set([...rows.map((row) => row['brand_id'] as string), ...context.configured_brands])].sort();
  return brands.length === 0 ? [DEFAULT_BRAND] : brands;
}

/** The bounds of a period in each time zone. They are found once for all brands of a zone, because brands may be many. */
function boundsByZone(
  { start, end }: { start: string; end: string },
  settings: readonly BrandSettings[],
): Map<string, Pick<PlannedBrand, 'start_ms' | 'end_ms'>> {
  const zones = new Set(settings.map(({ time_zone }) => time_zone));
  return new Map(
    Array.from(zones, (zone) => [
      zone,
      { start_ms: parseBound('start', start, zone), end_ms: parseBound('end', end, zone) },
    ]),
  );
}

const DEFAULT_PERIOD_DAYS = 30;

function resolvePeriod(
  parameters: AttributionParameters,
  time_zone: string,
  context: ReportContext,
  default_days?: number,
): { start: string; end: string } {
  const period = periodAsked(parameters, time_zone, context.clock(), default_days);
  return context.earlier === undefined ? period : earlierPeriod(period, context.earlier, time_zone);
}

function periodAsked(
  parameters: AttributionParameters,
  time_zone: string,
  now_ms: number,
  default_days = DEFAULT_PERIOD_DAYS,
): { start: string; end: string } {
  const today = dayOf(time_zone, now_ms);
  const end = parameters.end ?? formatDate(today + 1);
  if (parameters.start !== undefined) return { start: parameters.start, end };
  const end_ms = parseBound('end', end, time_zone);
  const end_day = dayOf(time_zone, end_ms);
  return { start: formatDate(end_day - default_days), end };
}

async function resolveModels(
  snapshot: Snapshot,
  context: ReportContext,
  parameters: AttributionParameters,
  {
    brand_ids,
    settings,
    position,
    frozen_artifacts,
  }: {
    brand_ids: readonly string[];
    settings: readonly BrandSettings[];
    position: Position;
    frozen_artifacts: boolean;
  },
): Promise<Model[]> {
  const names = modelNames(parameters);
  const asked = listOf(parameters.artifact ?? '');
  const fitted = names.filter(isFitted);
  await checkAsked(snapshot, asked, frozen_artifacts ? null : fitted, brand_ids);
  const pins = fitted.length === 0 ? [] : ((await context.pins?.list()) ?? []);
  const failing = fitted.length === 0 ? [] : ((await context.fit_log?.failing()) ?? []);
  // Models of one family share an artifact.
  const artifacts = new Map<ArtifactModel, Chosen>();
  const chosenFor = async (name: FittedModelName): Promise<Chosen> => {
    const family = FITTED_MODELS[name];
    const chosen =
      artifacts.get(family) ?? (await chooseArtifact(snapshot, name, { brand_ids, asked, pins, position }));
    artifacts.set(family, chosen);
    return chosen;
  };
  const fittedOne = async (name: FittedModelName): Promise<Model> => {
    const chosen = await chosenFor(name);
    return fittedModel(name, chosen.artifact, artifactNotes(chosen, brand_ids, failing));
  };
  const models: Model[] = [];
  for (const name of names) {
    const expressions = new Set(settings.map((brand) => brand.custom_models[name]));
    if (expressions.size > 1)
      throw badRequest('model', `${name} has different expressions in the brands of this report; ask for one brand_id`);
    models.push(isFitted(name) ? await fittedOne(name) : resolveModel(name, settings[0]!.custom_models));
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
