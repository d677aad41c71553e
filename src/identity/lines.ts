/** The kept memberships by name, and their hosts: the main thread while there are few links, else a worker thread. */
import { KeptMembership } from './kept-membership.ts';

/** The operations of a kept membership that a line can call. */
export type Operation = {
  [K in keyof KeptMembership]: KeptMembership[K] extends (...input: never[]) => unknown ? K : never;
}[keyof KeptMembership];
export type Input<K extends Operation> = Parameters<KeptMembership[K]>;
export type Output<K extends Operation> = ReturnType<KeptMembership[K]>;

/** The membership or table of a read was replaced during the read. A second try uses the new one. */
export class Replaced extends Error {}

/** The most memory of all links, in MiB: of the heap, and of typed arrays. docs/decisions/0012-kept-membership.md has the memory per link. */
export const MAX_MEMORY_MIB = 4_096;

/** The typed arrays of all links need more than {@link MAX_MEMORY_MIB}. The heap has a limit of its own. */
export class Full extends Error {}

export class Lines {
  private readonly lines = new Map<string, KeptMembership>();

  begin(line: string): void {
    this.lines.set(line, new KeptMembership(line));
  }

  /** @throws Replaced when the membership was forgotten. */
  run<K extends Operation>(line: string, operation: K, input: Input<K>): Output<K> {
    const kept = this.lines.get(line);
    if (!kept) throw new Replaced(`line ${line} was forgotten`);
    return (kept[operation] as (...given: Input<K>) => Output<K>)(...input);
  }

  forget(line: string): void {
    this.lines.delete(line);
  }
}

/** A host runs memberships. */
export interface Host {
  /** True if its memberships are lost. Then new ones have to be made in another host. */
  readonly lost: boolean;
  begin(line: string): void;
  ask<K extends Operation>(line: string, operation: K, ...input: Input<K>): Promise<Output<K>>;
  forget(line: string): void;
}

/** Runs memberships in the main thread. */
export class NearHost implements Host {
  readonly lost = false;
  private readonly lines = new Lines();

  begin(line: string): void {
    this.lines.begin(line);
  }

  async ask<K extends Operation>(line: string, operation: K, ...input: Input<K>): Promise<Output<K>> {
    return this.lines.run(line, operation, input);
  }

  forget(line: string): void {
    this.lines.forget(line);
  }
}
