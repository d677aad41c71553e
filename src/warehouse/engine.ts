/** What an engine says of itself, beside the warehouse that it opens. */
import type { Warehouse } from './port.ts';

/** Where a warehouse is, as its engine reads it from a URL. */
export interface WarehouseLocation {
  engine: string;
}

/** Settings that every engine takes; null leaves the choice to the engine. */
export interface EngineOptions {
  memory_limit_bytes: number | null;
  threads: number | null;
  read_timeout_ms: number;
}

export interface Engine<L extends WarehouseLocation> {
  readonly name: L['engine'];
  /** What stands before the first colon of its URLs. */
  readonly schemes: readonly string[];
  /** How its URLs look, for messages. */
  readonly form: string;
  /** Whether several processes may have one warehouse open. Each of them then needs a collector id of its own. */
  readonly shared: boolean;
  /** Reads a URL with one of its schemes. Returns a sentence without its subject when the URL is wrong; it quotes no password. */
  parse(url: string, password: string | undefined): L | string;
  /** @throws warehouse_unavailable when the warehouse cannot be opened now. */
  open(location: L, options: EngineOptions): Promise<Warehouse>;
}
