/** What an answer depends on beside the log, and what it says of that. */
import { hash } from 'node:crypto';
import type { Model, Plan } from '../attribution/plan.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { assert } from '../domain/errors.ts';
import { formatInstant } from '../domain/time.ts';
import type { ReportJson, Resolved } from './context.ts';

/** What an answer depends on beside the log: the settings of its brands, and every parameter but `as_of`. */
export function configHash(plan: Plan, period: { start: string; end: string }, extra: Record<string, unknown>): string {
  const {
    brands,
    positions: _positions,
    models,
    touch_columns: _touch_columns,
    show_weights: _show_weights,
    ...rest
  } = plan;
  const content = { ...rest, ...extra, period, models: models.map(modelHash), brands };
  return hash('sha256', textOf(content), 'hex').slice(0, 16);
}

/** Equal content has one text. Without a text, different questions would share an answer, so that is a bug. */
function textOf(content: object): string {
  const text = canonicalJson(JSON.parse(JSON.stringify(content)));
  assert(text !== undefined, 'what an answer depends on is plain JSON');
  return text;
}

/** Whether two plans differ in nothing but positions. */
export function sameSettings(a: Plan, b: Plan): boolean {
  const text = ({ brands, models }: Plan): string => textOf({ brands, models: models.map(modelHash) });
  return text(a) === text(b);
}

/** What decides a model's weights. */
function modelHash({ name, weight, scores }: Model): object {
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
