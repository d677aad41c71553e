/** Which messages go out together. */
import type { Message } from '../message.ts';
import type { FeedMessage } from './feed.ts';
import type { Retry } from './standing.ts';

/** At most so many messages are read and sent before the cursor moves. */
export const PAGE = 500;
/** It begins with few, so that a program that ends early gets on. */
export const FIRST_PAGE = 8;

/** No pause is longer, so a time further ahead was written by a wrong clock. */
const LONGEST_MS = 25 * 3_600_000;

/** True if a pause until an instant is over. */
export const isOver = (until_ms: number, now_ms: number): boolean =>
  until_ms <= now_ms || until_ms > now_ms + LONGEST_MS;

/** At most `page` of the retries that are due: of each subject only the first that waits. */
export function dueOf(retries: readonly Retry[], now_ms: number, page: number): Retry[] {
  const seen = new Set<string>();
  const due: Retry[] = [];
  for (const retry of retries) {
    if (due.length === page) break;
    if (seen.has(retry.subject)) continue;
    seen.add(retry.subject);
    if (isOver(retry.due_ms, now_ms)) due.push(retry);
  }
  return due;
}

/**
 * The places of messages that a later one of the same subject takes the place of.
 * @param isSent false for a message that tells the destination nothing, so it takes the place of none.
 */
export function superseded(messages: readonly FeedMessage[], isSent: (message: Message) => boolean): number[] {
  const newest = new Map<string, number>();
  for (const [place, { subject, message }] of messages.entries()) if (isSent(message)) newest.set(subject, place);
  return [...messages.keys()].filter((place) => (newest.get(messages[place]!.subject) ?? -1) > place);
}

/** The messages up to the second one of a subject, so that the first is settled before. */
export function cutPage(page: readonly FeedMessage[]): FeedMessage[] {
  const seen = new Set<string>();
  const cut: FeedMessage[] = [];
  for (const message of page) {
    if (seen.has(message.subject)) break;
    seen.add(message.subject);
    cut.push(message);
  }
  return cut;
}
