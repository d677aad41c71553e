/** Events as they arrive. The browser comes back by itself when the connection breaks, and the server goes on where it was. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOf } from './ask.ts';

export interface LiveEvent {
  record: string;
  kind: string;
  brand_id: string;
  by: string | null;
  verdict: string | null;
  channel: string | null;
  campaign_id: string | null;
  email_id: string | null;
  conversion_id: string | null;
  amount: string | null;
  currency: string | null;
  occurred_at: string;
  received_at: string;
}

export interface LiveCount {
  kind: string;
  by: string | null;
  n: number;
}

export interface LiveMessage {
  events: readonly LiveEvent[];
  counts: readonly LiveCount[];
  left_out: number;
  untold: number;
}

export type LiveState = 'connecting' | 'open' | 'broken' | 'signed_out' | 'closed';

/** Calls `onMessage` for every message while it is on. @returns the state of the connection. */
export function useLive(is_on: boolean, brand_id: string, onMessage: (message: LiveMessage) => void): LiveState {
  const [state, setState] = useState<LiveState>('connecting');
  const handler = useRef(onMessage);
  handler.current = onMessage;
  useEffect(() => {
    if (!is_on) return;
    setState('connecting');
    const source = new EventSource(addressOf('/v1/live', { brand_id }));
    source.addEventListener('start', () => setState('open'));
    source.addEventListener('events', ({ data }) => handler.current(JSON.parse(data) as LiveMessage));
    source.addEventListener('end', ({ data }) => {
      const { reason } = JSON.parse(data) as { reason: string };
      // A server that stops is back in a moment, and the browser finds it.
      if (reason !== 'signed_out') return;
      source.close();
      setState('signed_out');
    });
    source.onerror = () => setState(source.readyState === EventSource.CLOSED ? 'closed' : 'broken');
    return () => source.close();
  }, [is_on, brand_id]);
  return state;
}
