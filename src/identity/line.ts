/** A line: a kept membership, and the log positions whose steps it knows (its marks). */
import { randomUUID } from 'node:crypto';
import type { Position } from '../warehouse/position.ts';
import type { Host, Input, Operation, Output } from './lines.ts';

interface Mark {
  token: string;
  position: Position;
  step: number;
}

export class Line {
  /** In the order of their steps. */
  marks: Mark[] = [];
  /** The first step that can still be read. */
  earliest = 0;
  /** The number of pairs of ids. */
  links = 0;
  /** No other line has it. */
  readonly name = randomUUID();

  constructor(readonly host: Host) {
    host.begin(this.name);
  }

  /** @throws Replaced when the line was forgotten. */
  ask<K extends Operation>(operation: K, ...input: Input<K>): Promise<Output<K>> {
    return this.host.ask(this.name, operation, ...input);
  }

  forget(): void {
    this.host.forget(this.name);
  }
}
