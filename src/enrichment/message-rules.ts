/**
 * Rules over the events of one message: what each event says about the others. Pure, and the same for any order of the events.
 * Every rule looks at most {@link CONTEXT_MS} around an event, so an event is judged in full by the events of these two days.
 */

import type { ReasonCode } from './machine-rules.ts';
import { CLOCK_ERROR_MS, type MessageFacts } from './machine-traffic.ts';

/** An open or a click of a message. */
export interface MessageEvent {
  touchpoint_id: string;
  touchpoint_type: string;
  at_ms: number;
  url: string | null;
  user_agent: string | null;
  ip_address: string | null;
  /** The click id with which its link leads to the page. */
  click_id: string | null;
  evidence: Readonly<Record<string, unknown>>;
}

/** A delivery of the message, or the moment when it was sent. */
export interface Delivery {
  event_type: 'delivered' | 'sent';
  at_ms: number;
}

/** A page that a person opened with a click id: its touchpoint is not that of a machine by its own evidence. */
export interface Landing {
  click_id: string;
  at_ms: number;
}

/** The parameter with which a tracked link names its click. */
export const CLICK_ID = 'ct';
/** So many links within so much time are a burst. */
const BURST_LINKS = 3;
const BURST_MS = 10_000;
/** Scanners follow all links within a minute. A reader who comes back for the next link takes longer. */
const ALL_LINKS_MS = 60_000;
const ALL_LINKS_SHARE = 0.8;
const SAME_LINK_MS = 60_000;
/** A page that opens later than this belongs to another visit. */
export const LANDING_MS = 1_800_000;
/** The redirect and the page may have different clocks. */
const LANDING_CLOCK_MS = 5_000;
/** How far around a click other links of the message are looked for, when no event says how many it has. */
export const CONTEXT_MS = 86_400_000;
/** An event may lie so long before its delivery because servers have different clocks. */
const DELIVERY_CLOCK_MS = 60_000;

interface Click {
  event: MessageEvent;
  at_ms: number;
  /** Names the link; null if the event does not say which link it was. */
  link: string | null;
  client: string | null;
  reasons: Set<ReasonCode>;
}

/** What the message says about each of its events, by their ids. */
export function messageFacts(
  events: readonly MessageEvent[],
  deliveries: readonly Delivery[],
  landings: readonly Landing[],
): Map<string, MessageFacts> {
  const clicks = events
    .filter(({ touchpoint_type }) => touchpoint_type === 'email_click')
    .map(clickOf)
    .sort((a, b) => a.at_ms - b.at_ms || (a.event.touchpoint_id < b.event.touchpoint_id ? -1 : 1));
  markBursts(clicks);
  markAllLinks(clicks);
  markTwoClients(clicks);
  markConfirmed(clicks, landings);
  const reasons = new Map(clicks.map((click) => [click.event.touchpoint_id, click.reasons]));
  const deliveredMs = deliveryFinder(deliveries);
  return new Map(
    events.map(({ touchpoint_id, at_ms }) => [
      touchpoint_id,
      { delivered_ms: deliveredMs(at_ms), reasons: ORDER.filter((code) => reasons.get(touchpoint_id)?.has(code)) },
    ]),
  );
}

/** The order in which reasons are told. */
const ORDER: readonly ReasonCode[] = [
  'honeypot_same_burst',
  'multi_link_burst',
  'all_links_clicked',
  'same_link_two_clients',
  'js_pageview_confirmed',
];

function clickOf(event: MessageEvent): Click {
  const { evidence, url, user_agent, ip_address, at_ms } = event;
  const number = evidence['link'];
  const link = typeof number === 'number' || typeof number === 'string' ? `#${number}` : url;
  const client = user_agent === null && ip_address === null ? null : `${user_agent}\n${ip_address}`;
  return { event, at_ms, link, client, reasons: new Set() };
}

/** Calls `visit` for each click with the range of clicks from it until `width_ms` later, and the links in this range. */
function forEachWindow(
  clicks: readonly Click[],
  width_ms: number,
  visit: (from: number, until: number, links: ReadonlyMap<string, number>) => void,
): void {
  const links = new Map<string, number>();
  let until = 0;
  clicks.forEach((first, from) => {
    for (; until < clicks.length && clicks[until]!.at_ms - first.at_ms <= width_ms; until++)
      count(links, clicks[until]!, 1);
    visit(from, until, links);
    count(links, first, -1);
  });
}

/** Adds to the number of clicks of a link. Links without clicks are not kept. */
function count(links: Map<string, number>, { link }: Click, by: 1 | -1): void {
  if (link === null) return;
  const n = (links.get(link) ?? 0) + by;
  if (n === 0) links.delete(link);
  else links.set(link, n);
}

/** Gives clicks reasons. Windows come in order of their ends, so each click is marked once. */
function marker(clicks: readonly Click[], reason: ReasonCode): (from: number, until: number) => void {
  let marked = 0;
  return (from, until) => {
    for (let i = Math.max(from, marked); i < until; i++) clicks[i]!.reasons.add(reason);
    marked = Math.max(marked, until);
  };
}

function markBursts(clicks: readonly Click[]): void {
  const burst = marker(clicks, 'multi_link_burst');
  forEachWindow(clicks, BURST_MS, (from, until, links) => {
    if (links.size >= BURST_LINKS) burst(from, until);
  });
  // A honeypot click marks the other clicks up to ten seconds before and after it.
  const honeypots = clicks.filter(({ event }) => event.evidence['honeypot'] === true);
  if (honeypots.length === 0) return;
  let next = 0;
  for (const click of clicks) {
    while (next < honeypots.length && honeypots[next]!.at_ms < click.at_ms - BURST_MS) next++;
    const near = honeypots[next];
    if (click.event.evidence['honeypot'] !== true && near !== undefined && near.at_ms <= click.at_ms + BURST_MS)
      click.reasons.add('honeypot_same_burst');
  }
}

function markAllLinks(all: readonly Click[]): void {
  // The honeypot is none of the links that a reader can see.
  const clicks = all.filter(({ event }) => event.evidence['honeypot'] !== true);
  const seen = linksAround(clicks);
  const mark = marker(clicks, 'all_links_clicked');
  forEachWindow(clicks, ALL_LINKS_MS, (from, until, links) => {
    const told = clicks[from]!.event.evidence['links'];
    const total = typeof told === 'number' && told > 0 ? told : seen[from]!;
    if (total >= BURST_LINKS && links.size >= BURST_LINKS && links.size >= ALL_LINKS_SHARE * total) mark(from, until);
  });
}

/** The number of different links within a day before and after each click. */
function linksAround(clicks: readonly Click[]): number[] {
  const links = new Map<string, number>();
  // The window of a click begins up to a minute before it, and the context of the click holds all that counts for it.
  const around_ms = CONTEXT_MS - ALL_LINKS_MS;
  let from = 0;
  let until = 0;
  return clicks.map(({ at_ms }) => {
    for (; until < clicks.length && clicks[until]!.at_ms <= at_ms + around_ms; until++) count(links, clicks[until]!, 1);
    for (; clicks[from]!.at_ms < at_ms - around_ms; from++) count(links, clicks[from]!, -1);
    return links.size;
  });
}

function markTwoClients(clicks: readonly Click[]): void {
  const known = clicks.filter(({ client }) => client !== null);
  for (const group of groupBy(known, ({ link }) => link).values()) {
    const mark = marker(group, 'same_link_two_clients');
    forEachWindow(
      group.map((click) => ({ ...click, link: click.client })),
      SAME_LINK_MS,
      (from, until, clients) => {
        if (clients.size >= 2) mark(from, until);
      },
    );
  }
}

/** A page confirms the latest click with its click id before it: scanners and readers may share a link and its id. */
function markConfirmed(clicks: readonly Click[], landings: readonly Landing[]): void {
  if (landings.length === 0) return;
  const by_id = groupBy(clicks, ({ event }) => event.click_id);
  for (const { click_id, at_ms } of landings) {
    const latest = latestUntil(by_id.get(click_id) ?? [], at_ms + LANDING_CLOCK_MS);
    if (latest !== undefined && at_ms - latest.at_ms <= LANDING_MS) latest.reasons.add('js_pageview_confirmed');
  }
}

/** The clicks by a key. Those without a key are left out. */
function groupBy(clicks: readonly Click[], keyOf: (click: Click) => string | null): Map<string, Click[]> {
  const groups = new Map<string, Click[]>();
  for (const click of clicks) {
    const key = keyOf(click);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(click);
    else groups.set(key, [click]);
  }
  return groups;
}

/** Of things in order of time, the last one at or before an instant. */
function latestUntil<T extends { at_ms: number }>(ordered: readonly T[], until_ms: number): T | undefined {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ordered[middle]!.at_ms <= until_ms) low = middle + 1;
    else high = middle;
  }
  return ordered[low - 1];
}

/**
 * Finds the delivery that an event follows: the latest one until a minute after the event, since servers have different clocks, else
 * the next one within an hour. What lies more than an hour away says nothing about the event.
 */
function deliveryFinder(deliveries: readonly Delivery[]): (at_ms: number) => number | null {
  const ordered = [...deliveries].sort((a, b) => a.at_ms - b.at_ms);
  const of_type = (type: Delivery['event_type']) => ordered.filter(({ event_type }) => event_type === type);
  const lists = [of_type('delivered'), of_type('sent')];
  return (at_ms) => {
    for (const list of lists) {
      const before = latestUntil(list, at_ms + DELIVERY_CLOCK_MS);
      const near = before ?? list[0];
      if (near !== undefined && Math.abs(near.at_ms - at_ms) <= CLOCK_ERROR_MS) return near.at_ms;
    }
    return null;
  };
}
