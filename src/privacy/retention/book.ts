/** Retention in state: before which instants records went, and what the last run removed. */
import type { Json, State } from '../../state/port.ts';
import { type Edges, type EdgesOfBrand, NO_EDGES } from './edges.ts';

const COLLECTION = 'retention';
const EDGES = 'edges';
const LAST_RUN = 'last_run';

/** Rows of a kind of data that went of a brand. */
export interface RemovedRows {
  record: string;
  brand_id: string;
  /** Records from this instant on stay, in milliseconds. */
  before_ms: number;
  rows: number;
}

export interface RetentionRun {
  began_ms: number;
  completed_ms: number;
  removed: RemovedRows[];
}

export class RetentionBook {
  constructor(private readonly state: State) {}

  /** The latest edges up to which records went. */
  async edges(): Promise<Edges> {
    const held = (await this.state.get<Json>(COLLECTION, EDGES)) as unknown as
      | { defaults: EdgesOfBrand; brands: Record<string, EdgesOfBrand> }
      | undefined;
    return held === undefined ? NO_EDGES : { defaults: held.defaults, brands: new Map(Object.entries(held.brands)) };
  }

  async noteEdges({ defaults, brands }: Edges): Promise<void> {
    const held = { defaults, brands: Object.fromEntries(brands) } as unknown as Json;
    await this.state.transaction((transaction) => transaction.put(COLLECTION, EDGES, held));
  }

  async lastRun(): Promise<RetentionRun | null> {
    return ((await this.state.get<Json>(COLLECTION, LAST_RUN)) as unknown as RetentionRun | undefined) ?? null;
  }

  async noteRun(run: RetentionRun): Promise<void> {
    await this.state.transaction((transaction) => transaction.put(COLLECTION, LAST_RUN, run as unknown as Json));
  }

  /** It grows with each run that removed rows. */
  revision(): Promise<number> {
    return this.state.revision(COLLECTION);
  }
}
