/** Several kept memberships by name, and where they live: in this thread while there is little to join, else in one of their own. */
import { KeptMembership } from './kept-membership.ts';

/** What can be asked of a kept membership. */
export type Operation = {
  [K in keyof KeptMembership]: KeptMembership[K] extends (...input: never[]) => unknown ? K : never;
}[keyof KeptMembership];
export type Input<K extends Operation> = Parameters<KeptMembership[K]>;
export type Output<K extends Operation> = ReturnType<KeptMembership[K]>;

export class Lines {
  private readonly lines = new Map<string, KeptMembership>();

  /** Asks something of a membership, which begins with the first question. */
  run<K extends Operation>(line: string, operation: K, input: Input<K>): Output<K> {
    const kept = this.lines.get(line) ?? new KeptMembership(line);
    this.lines.set(line, kept);
    return (kept[operation] as (...given: Input<K>) => Output<K>)(...input);
  }

  forget(line: string): void {
    this.lines.delete(line);
  }
}

/** Where memberships live. */
export interface Host {
  /** Whether they are lost; then others have to be made elsewhere. */
  readonly lost: boolean;
  ask<K extends Operation>(line: string, operation: K, ...input: Input<K>): Promise<Output<K>>;
  forget(line: string): void;
  close(): Promise<void>;
}

/** In this thread. */
export class NearHost implements Host {
  readonly lost = false;
  private readonly lines = new Lines();

  async ask<K extends Operation>(line: string, operation: K, ...input: Input<K>): Promise<Output<K>> {
    return this.lines.run(line, operation, input);
  }

  forget(line: string): void {
    this.lines.forget(line);
  }

  async close(): Promise<void> {}
}
