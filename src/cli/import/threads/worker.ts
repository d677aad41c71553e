/** The entry of a thread that reads parts of a file. It answers one part after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { TributaryError } from '../../../domain/errors.ts';
import { partBuffers } from '../../../log/kept-part.ts';
import type { RowsPart } from '../../../mapping/row-source.ts';
import { PartReader, type PartReaderOptions } from './part-reader.ts';
import type { ReadPart } from './read-part.ts';

export interface Question {
  parts: readonly RowsPart[];
  now_ms: number;
}

/** A refusal crosses the thread boundary as a value, because the class of an error does not. */
export type Answer =
  | { read: ReadPart }
  | { refusal: { code: TributaryError['code']; message: string } }
  | { failure: unknown };

if (parentPort !== null) {
  const port = parentPort;
  const reader = await PartReader.open(workerData as PartReaderOptions);
  port.on('message', ({ parts, now_ms }: Question) => {
    try {
      const read = reader.read(parts, now_ms);
      port.postMessage({ read } satisfies Answer, read.part === undefined ? [] : partBuffers(read.part));
    } catch (failure) {
      port.postMessage(answerOf(failure));
    }
  });
}

function answerOf(failure: unknown): Answer {
  if (failure instanceof TributaryError) return { refusal: { code: failure.code, message: failure.message } };
  return { failure };
}
