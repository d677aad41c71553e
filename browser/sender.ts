/** Sends events in batches, while the page is shown and when it goes away. */
import type { Options } from './options.ts';
import { type Fields, now } from './visitor.ts';

/** Events that wait, for consent or for the network. Further ones are dropped: the first says how the visitor came. */
const MAX_WAITING = 100;
/** A browser takes 64 KiB for beacons that are under way. */
const MAX_BYTES = 60_000;
const BATCH_MS = 400;
const RETRY_MS = 5_000;

type Endpoint = 'touchpoints' | 'conversions' | 'consents';

interface Waiting {
  endpoint: Endpoint;
  event: Fields;
  was_sent: boolean;
}

export interface Sender {
  add(endpoint: Endpoint, event: Fields): void;
  /** Sends a consent at once, whatever may be sent. */
  tell(consent: Fields): void;
  /** Sends what waits, if it may be sent. */
  flush(): void;
  /** Drops what waits. */
  drop(): void;
}

/** The length of a text in UTF-8, or more. */
function bytesOf(text: string): number {
  return /[^\0-\x7f]/.test(text) ? 3 * text.length : text.length;
}

/**
 * @param may true if events may be sent now.
 * @param ids the ids of the visitor, which an event gets when it is sent.
 */
export function makeSender({ api, key, is_private }: Options, may: () => boolean, ids: () => Fields): Sender {
  let queue: Waiting[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const wait = (item: Waiting, ms: number): void => {
    if (queue.length >= MAX_WAITING) return;
    queue.push(item);
    timer ??= setTimeout(flush, ms);
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!may()) return;
    const items = queue;
    queue = [];
    for (const endpoint of ['touchpoints', 'conversions'] as const)
      for (const batch of batches(items.filter((item) => item.endpoint === endpoint))) send(endpoint, batch);
  };

  /** Cuts a list into batches that a beacon takes. What cannot be written as JSON is left out. */
  const batches = (items: Waiting[]): Array<{ items: Waiting[]; text: string }> => {
    const made: Array<{ items: Waiting[]; text: string }> = [];
    let bytes = MAX_BYTES;
    for (const item of items) {
      try {
        item.event = { ...(item.was_sent ? {} : ids()), ...item.event, sent_at: now() };
        const text = JSON.stringify(item.event);
        const size = bytesOf(text) + 1;
        if (size > MAX_BYTES) continue;
        bytes += size;
        if (bytes > MAX_BYTES) {
          made.push({ items: [item], text });
          bytes = size;
        } else {
          const last = made[made.length - 1]!;
          last.items.push(item);
          last.text += `,${text}`;
        }
      } catch {
        // A field that JSON cannot hold, such as an object that holds itself.
      }
    }
    return made;
  };

  const send = (endpoint: Endpoint, { items, text }: { items: Waiting[]; text: string }): void => {
    const url = `${api}${endpoint}?key=${key}${is_private ? '&anonymous=1' : ''}`;
    // A text is sent as text/plain, for which the browser does not ask the server first. A Blob takes several times as long.
    const body = `[${text}]`;
    const again = (): void => {
      // Consent may be gone meanwhile.
      if (!may()) return;
      for (const item of items) if (!item.was_sent) wait({ ...item, was_sent: true }, RETRY_MS);
    };
    // Most browsers have beacons. One is refused where too many bytes are under way, and so would be a request that outlives the page.
    const has_beacons = navigator.sendBeacon !== undefined;
    if (has_beacons && navigator.sendBeacon(url, body)) return;
    fetch(url, { method: 'POST', body, keepalive: !has_beacons, credentials: 'omit' }).then(({ status }) => {
      if (status === 429 || status >= 500) again();
    }, again);
  };

  return {
    add: (endpoint, event) => wait({ endpoint, event, was_sent: false }, BATCH_MS),
    tell: (consent) => send('consents', { items: [], text: JSON.stringify({ ...consent, sent_at: now() }) }),
    flush,
    drop: () => {
      queue = [];
    },
  };
}
