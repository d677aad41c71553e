/** The annotations that the program writes: settings or sources that changed between two starts of a server, and models that were fitted. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { BrandSettings } from '../domain/settings.ts';
import { dayOf, formatDate } from '../domain/time.ts';
import type { Artifact } from '../models/artifacts/artifact.ts';
import type { Pin } from '../models/artifacts/pins.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';
import type { AnnotationKind, Annotations } from './annotations.ts';

/** What the last start saw. */
const COLLECTION = 'seen_settings';
const MOST_NAMED = 6;

/** The settings that figures depend on, and the sources. */
export interface SeenSettings {
  defaults: BrandSettings;
  brands: ReadonlyMap<string, BrandSettings>;
  sources: ReadonlyMap<string, { provider: string; brand_id: string }>;
}

interface Change {
  brand_id: string | null;
  kind: AnnotationKind;
  text: string;
}

type Stored = {
  settings: Record<string, Record<string, Json>>;
  defaults: Record<string, Json>;
  sources: Record<string, { provider: string; brand_id: string }>;
};

/** Writes down what runs changed since the last start. Processes that share state write each change once. */
export class NotedChanges {
  constructor(
    private readonly state: State,
    private readonly annotations: Annotations,
    private readonly settings: (brand_id: string | null) => BrandSettings,
    private readonly clock: () => number,
  ) {}

  /** Compares with the last start. The first start has nothing to compare with. @throws state_unavailable. */
  async noteStart(seen: SeenSettings): Promise<void> {
    const now = storedOf(seen);
    await this.state.transaction(async (transaction) => {
      const before = await transaction.get(COLLECTION, 'last_start');
      if (before !== undefined && textOf(before) === textOf(now as unknown as Json)) return;
      await transaction.put(COLLECTION, 'last_start', now as unknown as Json);
      if (before === undefined) return;
      for (const change of changesBetween(before as unknown as Stored, now)) await this.put(transaction, change);
    });
  }

  /** @throws state_unavailable. */
  async noteFit({ artifact_id, model, brands, card }: Artifact): Promise<void> {
    const use = card.gate.passed
      ? 'reports use it from now on, unless another one is pinned'
      : 'it did not pass its gate, so reports do not use it';
    const change: Change = {
      brand_id: brands.length === 1 ? brands[0]! : null,
      kind: 'models',
      text: `Model ${model} was fitted (${artifact_id}); ${use}`,
    };
    await this.state.transaction((transaction) => this.put(transaction, change));
  }

  /** @param pinned false for a pin that was taken away. @throws state_unavailable. */
  async notePin({ artifact_id, model, brand_id }: Pin, pinned: boolean): Promise<void> {
    const text = pinned
      ? `Model ${model} is pinned to ${artifact_id}: reports use it until it is unpinned`
      : `Model ${model} is not pinned to ${artifact_id} any more: reports use the newest that passed its gate`;
    await this.state.transaction((transaction) => this.put(transaction, { brand_id, kind: 'models', text }));
  }

  private async put(transaction: StateTransaction, change: Change): Promise<void> {
    const day = formatDate(dayOf(this.settings(change.brand_id).time_zone, this.clock()));
    const id = `ann_${hash('sha256', JSON.stringify([change, this.clock()]), 'hex').slice(0, 12)}`;
    await this.annotations.put(transaction, { ...change, first_day: day, last_day: day, created_by: null }, id);
  }
}

/** The same text for equal values, whatever the order of their names: stores may change it. */
const textOf = (value: Json): string => canonicalJson(value) ?? '';

function storedOf({ defaults, brands, sources }: SeenSettings): Stored {
  const plain = (settings: BrandSettings): Record<string, Json> => JSON.parse(JSON.stringify(settings));
  const sorted = <T>(entries: Iterable<[string, T]>): Array<[string, T]> =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    defaults: plain(defaults),
    settings: Object.fromEntries(sorted(brands).map(([id, own]) => [id, plain(own)])),
    sources: Object.fromEntries(
      sorted(sources).map(([id, { provider, brand_id }]) => [id, { provider, brand_id }] as const),
    ),
  };
}

function changesBetween(before: Stored, now: Stored): Change[] {
  const of_all = changedNames(before.defaults, now.defaults);
  const changes: Change[] = [];
  if (of_all.length > 0) changes.push({ brand_id: null, kind: 'settings', text: sentence(of_all) });
  for (const brand_id of new Set([...Object.keys(before.settings), ...Object.keys(now.settings)])) {
    const own = changedNames(before.settings[brand_id] ?? before.defaults, now.settings[brand_id] ?? now.defaults);
    // What changed for all brands is said once.
    if (own.length > 0 && sentence(own) !== sentence(of_all))
      changes.push({ brand_id, kind: 'settings', text: sentence(own) });
  }
  for (const [id, { provider, brand_id }] of Object.entries(now.sources))
    if (before.sources[id] === undefined)
      changes.push({ brand_id, kind: 'sources', text: `Source ${id} (${provider}) was added` });
  for (const [id, { provider, brand_id }] of Object.entries(before.sources))
    if (now.sources[id] === undefined)
      changes.push({ brand_id, kind: 'sources', text: `Source ${id} (${provider}) was removed` });
  return changes;
}

/** The settings that differ, with both values where they are short. */
function changedNames(before: Record<string, Json>, now: Record<string, Json>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [old, fresh] = [textOf(before[name] ?? null), textOf(now[name] ?? null)];
    if (old === fresh) return [];
    return [old.length + fresh.length > 60 ? name : `${name} from ${old} to ${fresh}`];
  });
}

function sentence(changes: readonly string[]): string {
  const more = changes.length > MOST_NAMED ? ` and ${changes.length - MOST_NAMED} more` : '';
  return `Settings changed: ${changes.slice(0, MOST_NAMED).join(', ')}${more}`;
}
