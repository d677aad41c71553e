/** Several kept memberships by name, and where they live: in this thread while there is little to join, else in one of their own. */
import { KeptMembership } from './kept-membership.ts';

/** What can be asked of a kept membership. */
export type Operation = {
  [K in keyof KeptMembership]: KeptMembership[K] extends (...input: never[]) => unknown ? K : never;
}[keyof KeptMembership];
export type Input<K extends Operation> = Parameters<KeptMembership[K]>;
export type Output<K extends Operation> = ReturnType<KeptMembership[K]>;

/** What was asked for was replaced meanwhile. A read that begins anew finds what is there now. */
export class Replaced extends Error {}

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

/** Where memberships live. */
export interface Host {
  /** Whether they are lost; then others have to be made elsewhere. */
  readonly lost: boolean;
  begin(line: string): void;
  ask<K extends Operation>(line: string, operation: K, ...input: Input<K>): Promise<Output<K>>;
  forget(line: string): void;
  close(): Promise<void>;
}

/** In this thread. */
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

  async close(): Promise<void> {}
}
