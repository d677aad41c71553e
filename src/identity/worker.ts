/** The entry of the thread that keeps persons. Each message is a question, and most questions get one answer. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { Full, type Input, Lines, MAX_MEMORY_MIB, type Operation, Replaced } from './lines.ts';

/** A question with a number gets an answer. The questions that begin or end a membership have no number and get no answer. */
export type Question =
  | { number: number; line: string; operation: Operation; input: unknown[] }
  | { begin: string }
  | { forget: string };

/**
 * The answer to the question with that number. The class of an error is lost between threads, so `replaced` tells {@link
 * Replaced}, and `full` tells {@link Full}.
 */
export type Answer =
  | { number: number; result: unknown }
  | { number: number; failure: unknown; replaced: boolean; full: boolean };

function serve(port: MessagePort): void {
  const lines = new Lines();
  port.on('message', (question: Question) => {
    if ('begin' in question) return lines.begin(question.begin);
    if ('forget' in question) return lines.forget(question.forget);
    const { number, line, operation, input } = question;
    let answer: Answer;
    try {
      if (operation === 'add' && process.memoryUsage().arrayBuffers > MAX_MEMORY_MIB * 2 ** 20) throw new Full();
      answer = { number, result: lines.run(line, operation, input as Input<Operation>) };
    } catch (failure) {
      answer = { number, failure, replaced: failure instanceof Replaced, full: failure instanceof Full };
    }
    port.postMessage(answer);
  });
}

if (parentPort) serve(parentPort);
