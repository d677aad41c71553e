/** The declaration of an engine. */
import type { Warehouse } from './port.ts';

/** The location of a warehouse, as its engine read it from a URL. */
export interface WarehouseLocation {
  engine: string;
}

/** Settings of every engine. With null the engine chooses. */
export interface EngineOptions {
  memory_limit_bytes: number | null;
  threads: number | null;
  read_timeout_ms: number;
}

export interface Engine<L extends WarehouseLocation> {
  readonly name: L['engine'];
  /** The schemes of its URLs: the text before the first colon. */
  readonly schemes: readonly string[];
  /** The form of its URLs, for messages. */
  readonly form: string;
  /** True if several processes may open one warehouse. Then each of them needs its own collector id. */
  readonly shared: boolean;
  /**
   * Reads a URL with one of its schemes.
   * @returns the reason, such as "has no host", when the URL is wrong; it quotes no password.
   */
  parse(url: string, password: string | undefined): L | string;
  /** @throws warehouse_unavailable when the warehouse cannot be opened now. */
  open(location: L, options: EngineOptions): Promise<Warehouse>;
}
