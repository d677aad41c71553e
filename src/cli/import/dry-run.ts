/** Stands in for a client in a dry run: it reads each record by the rules of the server, and stores nothing. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Problem } from '../../domain/errors.ts';
import { type RecordName, recordKind } from '../../domain/index.ts';
import { isProblem, type ReadContext } from '../../domain/record.ts';
import { type Acknowledgement, addWarnings } from '../../log/acknowledgement.ts';
import type { PartTaker } from '../client.ts';
import type { ReadingSettings } from '../reading-settings.ts';
import type { ImportClient } from './importer.ts';

type Reading = Omit<ReadContext, 'now_ms' | 'key_brand_id'> & { clock: () => number };

/** Why the server would refuse an item, or undefined if it takes it. */
export function refusalOf(record: RecordName, item: unknown, { clock, ...context }: Reading): Problem | undefined {
  const read = recordKind(record).read(item, { ...context, now_ms: clock(), key_brand_id: null });
  return isProblem(read) ? read : undefined;
}

export class DryRun implements ImportClient {
  readonly lanes = 1;

  readonly threads: PartTaker;

  constructor(
    private readonly context: Reading,
    settings: ReadingSettings,
  ) {
    this.threads = { settings, send: async () => [], link: async () => undefined };
  }

  async send(record: RecordName, items: readonly unknown[]): Promise<Acknowledgement> {
    await nextTurn();
    const answer: Acknowledgement = { accepted: 0, ids: [], rejected: [] };
    for (const [index, item] of items.entries()) {
      const warnings: Problem[] = [];
      const problem = refusalOf(record, item, { ...this.context, warn: (warning) => void warnings.push(warning) });
      if (problem) answer.rejected.push({ index, ...problem });
      else {
        answer.accepted++;
        addWarnings(answer, index, warnings);
      }
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
