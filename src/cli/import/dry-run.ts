/** Stands in for a client in a dry run: it reads each record by the rules of the server, and stores nothing. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RecordName, recordKind } from '../../domain/index.ts';
import { isProblem, type ReadContext } from '../../domain/record.ts';
import type { Acknowledgement } from '../../log/collector.ts';
import type { ImportClient } from './importer.ts';

export class DryRun implements ImportClient {
  readonly lanes = 1;

  constructor(private readonly context: Omit<ReadContext, 'now_ms' | 'key_brand_id'> & { clock: () => number }) {}

  async send(record: RecordName, items: readonly unknown[]): Promise<Acknowledgement> {
    await nextTurn();
    const kind = recordKind(record);
    const context = { ...this.context, now_ms: this.context.clock(), key_brand_id: null };
    const answer: Acknowledgement = { accepted: 0, ids: [], rejected: [] };
    for (const [index, item] of items.entries()) {
      const read = kind.read(item, context);
      if (isProblem(read)) answer.rejected.push({ index, ...read });
      else answer.accepted++;
    }
    return answer;
  }

  async flush(): Promise<void> {}

  repeats(): null {
    return null;
  }

  conflicts(): null {
    return null;
  }
}
