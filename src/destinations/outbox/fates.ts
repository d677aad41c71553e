/** What becomes of messages, as far as it is known before they are sent. */
import type { State } from '../../state/port.ts';
import type { Message } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';
import type { FeedMessage } from './feed.ts';
import { superseded } from './page.ts';
import { type Sent, UNKNOWN_FATE } from './send.ts';
import { isSending, readUntaken } from './standing.ts';

/** What the sender says of a message, or that it may not leave. */
export type Fate = Sent | { outcome: 'withheld'; reason: string };

/** Why messages may not leave, by their place. */
export type Withheld = ReadonlyMap<number, string>;
/**
 * Says which of some messages may not leave: the one place that holds messages back. It is asked before each try, so also of what waits
 * since before. A message that is held back is counted with its reason, and no change of its order is sent.
 */
export type Withhold = (
  messages: readonly Message[],
  settings: Pick<DestinationSettings, 'brand_id'>,
) => Promise<Withheld>;

export const NOTHING: Withheld = new Map();

export const ORDER_NOT_TAKEN = 'the order itself was not taken';

const ORDER_WITHHELD = 'the order itself was held back';

export const isChange = (message: Message): boolean => message.kind === 'conversion' && message.correction !== null;

/** @returns what is known of each message, in their order; `untried` of those that are sent now. */
export async function fatesBefore(
  messages: readonly FeedMessage[],
  settings: DestinationSettings,
  { state, withhold, now_ms }: { state: State; withhold: Withhold; now_ms: number },
): Promise<Fate[]> {
  const { corrections, repeatable, translate } = settings.destination;
  const isSent = (message: Message): boolean => {
    const told = translate(message, settings, now_ms);
    return 'items' in told && told.items.length > 0;
  };
  const older = new Set(corrections === 'state' ? superseded(messages, isSent) : []);
  const withheld = await withhold(
    messages.map(({ message }) => message),
    settings,
  );
  const fates: Fate[] = [];
  for (const [place, { seq, subject, message }] of messages.entries()) {
    const held = withheld.get(place);
    // The program ended before it knew what became of it.
    if (repeatable !== undefined && (await isSending(state, settings.id, seq)))
      fates.push({ outcome: 'refused', reason: UNKNOWN_FATE, is_lost: true });
    else if (held !== undefined) fates.push({ outcome: 'withheld', reason: held });
    else if (older.has(place)) fates.push({ outcome: 'skipped', reason: 'a newer state of it is sent' });
    // The state of an order tells all of it, so a change would tell what was held back.
    else if (corrections === 'state' && isChange(message) && (await readUntaken(state, settings.id, subject))?.withheld)
      fates.push({ outcome: 'skipped', reason: ORDER_WITHHELD });
    else if (corrections === 'difference' && isChange(message) && (await readUntaken(state, settings.id, subject)))
      fates.push({ outcome: 'skipped', reason: ORDER_NOT_TAKEN });
    else fates.push({ outcome: 'untried' });
  }
  return fates;
}
