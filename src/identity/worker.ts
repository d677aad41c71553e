/** The entry of the thread that keeps persons: each message is one question, and gets one answer. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { type Input, Lines, type Operation, Replaced } from './lines.ts';

/** A question has a number; the beginning and the end of a membership need no answer. */
export type Question =
  | { number: number; line: string; operation: Operation; input: unknown[] }
  | { begin: string }
  | { forget: string };

/** The answer to the question of that number. The class of an error does not cross over. */
export type Answer = { number: number; result: unknown } | { number: number; failure: unknown; replaced: boolean };

function serve(port: MessagePort): void {
  const lines = new Lines();
  port.on('message', (question: Question) => {
    if ('begin' in question) return lines.begin(question.begin);
    if ('forget' in question) return lines.forget(question.forget);
    const { number, line, operation, input } = question;
    let answer: Answer;
    try {
      answer = { number, result: lines.run(line, operation, input as Input<Operation>) };
    } catch (failure) {
      answer = { number, failure, replaced: failure instanceof Replaced };
    }
    port.postMessage(answer);
  });
}

if (parentPort) serve(parentPort);
