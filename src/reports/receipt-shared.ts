/** The credit that touches of an order shared with the touches that brought them, for its receipt. */
import type { Plan, SharedCredit, TouchKind } from '../attribution/plan.ts';
import type { ReportJson } from './context.ts';

interface Other {
  touchpoint_id: string;
  brought: number;
  weight: number;
}

/** The credit that one touch gave to earlier touches, and got from later ones, under one model. */
export interface SharedByTouch {
  brought_by: Other[];
  brings: Other[];
}

interface Touch {
  json: ReportJson;
  credit: unknown;
  age_ms: number;
}

/** By touch of the path, and then by model; nothing for touches and models that share nothing. */
export function sharedCredit(
  plan: Plan,
  touchpoints: readonly Touch[],
): Map<ReportJson, (SharedByTouch | undefined)[]> {
  const path = touchpoints.filter(({ credit }) => credit !== null);
  const kinds = path.map(({ json }) => json as unknown as TouchKind);
  const ages_ms = Float64Array.from(path, ({ age_ms }) => age_ms);
  const found = new Map<ReportJson, (SharedByTouch | undefined)[]>();
  const at = (touch: number, model: number): SharedByTouch => {
    const { json } = path[touch]!;
    const models = found.get(json) ?? plan.models.map(() => undefined);
    found.set(json, models);
    models[model] ??= { brought_by: [], brings: [] };
    return models[model];
  };
  for (const [model, { scores }] of plan.models.entries())
    for (const { from, to, brought, weight } of scores?.moves?.(kinds, ages_ms) ?? ([] as SharedCredit[])) {
      const named = (touch: number): Other => ({
        touchpoint_id: String(path[touch]!.json['touchpoint_id']),
        brought,
        weight,
      });
      at(from, model).brought_by.push(named(to));
      at(to, model).brings.push(named(from));
    }
  return found;
}

/** @param weight of the touch after all sharing. */
export function sharedJson(
  { brought_by, brings }: SharedByTouch,
  weight: number,
  rounded: (measure: number) => number,
): ReportJson {
  const sum = (all: readonly Other[]): number => all.reduce((total, other) => total + other.weight, 0);
  const shown = (all: readonly Other[]): Other[] =>
    all.map((other) => ({ ...other, brought: rounded(other.brought), weight: rounded(other.weight) }));
  return {
    own_weight: rounded(weight + sum(brought_by) - sum(brings)),
    ...(brought_by.length > 0 && { brought_by: shown(brought_by) }),
    ...(brings.length > 0 && { brings: shown(brings) }),
  };
}
