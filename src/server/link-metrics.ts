/** The metrics of links and pixels in emails. */
import { family } from './metric-text.ts';

export class LinkCounts {
  /** Clicks and opens that could not be kept. */
  lost = 0;
  /** Clicks and opens of emails that are older than `tracking_days`. */
  late = 0;
  /** Requests with a token that this server did not make. */
  wrong_tokens = 0;
}

export function renderLinks(lines: string[], { lost, late, wrong_tokens }: LinkCounts): void {
  family(lines, 'link_events_lost_total', 'counter', 'Clicks and opens that could not be kept; the links worked', [
    [{}, lost],
  ]);
  family(lines, 'link_events_late_total', 'counter', 'Clicks and opens after the tracking days, which are not kept', [
    [{}, late],
  ]);
  family(lines, 'wrong_link_tokens_total', 'counter', 'Links and pixels with a token that this server did not make', [
    [{}, wrong_tokens],
  ]);
}
