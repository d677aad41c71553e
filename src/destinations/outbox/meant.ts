/** Which messages a destination is told. */
import type { Message, OrderState } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';

/** Why a message is not meant for a destination; null if it is. @param start_ms orders before it are not told. */
export function isMeant(message: Message, { send, profiles }: DestinationSettings, start_ms: number): string | null {
  if (message.kind === 'profile') return profiles ? null : 'profiles are not sent';
  if (Date.parse(message.occurred_at) < start_ms) return 'the order is older than the start of the destination';
  if (send === 'all' || earned(message.state) || (message.correction !== null && earned(message.correction.before)))
    return null;
  return 'no email earned anything of the order';
}

const earned = ({ email_credit_micros }: OrderState): boolean => email_credit_micros !== '0';
