/** Messages of people who are erased. What was read before an erasure must not be written down after it. */
import { namesSuppressed } from '../../log/suppressions.ts';
import type { StateTransaction } from '../../state/port.ts';
import type { FeedMessage } from './feed.ts';

/** True if the message is about a person, or about an order, that is erased. */
export function isOfErased(
  state: Pick<StateTransaction, 'get'>,
  { message, at_ms }: Pick<FeedMessage, 'message' | 'at_ms'>,
): Promise<boolean> {
  const { brand_id, customer_id } = message;
  const [anonymous_id, orders] =
    message.kind === 'conversion' ? [message.anonymous_id, [message.conversion_id, message.order_id]] : [null, []];
  const named = (ids: ReadonlyArray<string | null>): string[] => ids.filter((id) => id !== null);
  return namesSuppressed(state, {
    brand_id,
    subjects: named([customer_id, anonymous_id]),
    orders: named(orders),
    happened_ms: at_ms,
  });
}
