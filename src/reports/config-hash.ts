/** The hash of everything that an answer depends on besides the log, and the head of an answer. */
import { hash } from 'node:crypto';
import type { Model, Plan } from '../attribution/plan.ts';
import { canonicalText } from '../domain/canonical-json.ts';
import { formatInstant } from '../domain/time.ts';
import type { ReportJson, Resolved } from './context.ts';

/** Hashes everything that an answer depends on besides the log: the settings of its brands, and every parameter but `as_of`. */
export function configHash(plan: Plan, period: { start: string; end: string }, extra: Record<string, unknown>): string {
  const {
    brands,
    positions: _positions,
    models,
    touch_columns: _touch_columns,
    show_weights: _show_weights,
    limits: _limits,
    // It changes what the log holds, and the warnings.
    removed_before: _removed_before,
    // What the option changes is the position.
    ignore_message_rules: _ignore_message_rules,
    ...rest
  } = plan;
  const content = { ...rest, ...extra, period, models: models.map(modelHash), brands, ...pinnedPart(models) };
  return hash('sha256', canonicalText(content), 'hex').slice(0, 16);
}

/** Hashes what decides credit besides the log and the period: the settings of the brands, and the models. */
export function settingsHash({ brands, models }: Plan): string {
  const own = brands.map(({ brand_id, settings }) => ({ brand_id, settings }));
  return hash('sha256', canonicalText({ brands: own, models: models.map(modelHash) }), 'hex').slice(0, 16);
}

/** True if two plans differ in their positions only. */
export function sameSettings(a: Plan, b: Plan): boolean {
  const text = ({ brands, models }: Plan): string => canonicalText({ brands, models: models.map(modelHash) });
  return text(a) === text(b);
}

/** Everything that decides the weights of a model. */
function modelHash({ name, weight, scores }: Model): object {
  return { name, weight, ...(scores ? { artifact_id: scores.artifact_id } : {}) };
}

/** The models whose artifact is pinned, as a field of an answer; nothing where there are none. */
function pinnedPart(models: readonly Model[]): { pinned_models?: string[] } {
  const pinned_models = models.filter(({ scores }) => scores?.notes.pinned).map(({ name }) => name);
  return pinned_models.length > 0 ? { pinned_models } : {};
}

/** The artifacts that fitted models of a plan read, by model. */
export function usedArtifacts({ models }: Plan): Record<string, string> {
  return Object.fromEntries(models.flatMap(({ name, scores }) => (scores ? [[name, scores.artifact_id]] : [])));
}

/** The fields that every answer begins with. */
export function reportHead(resolved: Resolved, now_ms: number): ReportJson {
  const artifacts = usedArtifacts(resolved.plan);
  return {
    report_period: resolved.period,
    ...(Object.keys(artifacts).length > 0 ? { artifacts } : {}),
    ...pinnedPart(resolved.plan.models),
    ...(resolved.filters.length > 0 ? { filters: resolved.filters } : {}),
    currency: resolved.plan.currency,
    as_of: resolved.as_of,
    config_hash: resolved.config_hash,
    generated_at: formatInstant(now_ms),
  };
}
