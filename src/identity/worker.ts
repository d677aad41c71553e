/** The entry of the thread that keeps persons: each message is one question, and gets one answer. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { type Input, Lines, type Operation } from './lines.ts';

/** A question has a number; `forget` has no answer. */
export type Question = { number: number; line: string; operation: Operation; input: unknown[] } | { forget: string };

/** The answer to the question of that number. */
export type Answer = { number: number; result: unknown } | { number: number; failure: unknown };

function serve(port: MessagePort): void {
  const lines = new Lines();
  port.on('message', (question: Question) => {
    if ('forget' in question) return lines.forget(question.forget);
    const { number, line, operation, input } = question;
    let answer: Answer;
    try {
      answer = { number, result: lines.run(line, operation, input as Input<Operation>) };
    } catch (failure) {
      answer = { number, failure };
    }
    port.postMessage(answer);
  });
}

if (parentPort) serve(parentPort);
