/** Who gets a period, and how a delivery is tried. */
import type { DeliveryStatus } from '../book.ts';

export interface Attempt {
  status: Extract<DeliveryStatus, 'delivered' | 'waiting' | 'unknown' | 'refused' | 'unsubscribed'>;
  /** Empty where it succeeded. It holds no secret and no address. */
  reason: string;
}

export interface Target {
  /** Its name in state. */
  name: string;
  /** True if the other side takes the same delivery once, however often it comes. Then a try of unknown outcome is repeated. */
  is_repeatable: boolean;
  /** @param handOver writes down that it goes out now; called at most once, at the last moment. */
  deliver(handOver: () => Promise<void>): Promise<Attempt>;
}

export const DELIVERED: Attempt = { status: 'delivered', reason: '' };
