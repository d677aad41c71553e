/**
 * What clients send and what they were told: each request has a name and so many items, whose ids are made of both, so
 * that every id that comes out of the warehouse can be held against what was said about it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from './server.ts';

export type Kind = 'conversions' | 'touchpoints';

export interface Sent {
  kind: Kind;
  name: string;
  items: number;
  /** `open`: sent, and no answer came. */
  state: 'open' | 'acknowledged' | 'refused';
}

export interface PourOptions {
  clients?: number;
  items?: number;
  /** Rest of each client after an answer; it also rests after a refusal. */
  pause_ms?: number;
}

const RETRY_MS = 20;

/** The day of every event, so that one report covers them all. */
export const DAY = '2026-03-01';

export class Clients {
  readonly sent = new Map<string, Sent>();
  /** Records that were answered 503, as often as they were. */
  refused_records = 0;
  /** Answers that no fault explains. */
  readonly surprises: string[] = [];
  /** Ids that did not come from these clients, and that the count leaves out. */
  others: RegExp | undefined;
  private pours = 0;

  /** Clients that send one request after the other until they are stopped or the server is gone. */
  pour(server: Server, { clients = 4, items = 25, pause_ms = 0 }: PourOptions = {}): { stop(): Promise<void> } {
    const pour = this.pours++;
    let stopped = false;
    const loops = Array.from({ length: clients }, async (_, client) => {
      for (let n = 0; !stopped; n++) {
        const answer = await this.send(server, this.next(`${pour}-${client}-${n}`, items, n % 2 === 0));
        if (answer === 'open' && !server.alive) return;
        if (answer !== 'acknowledged') await sleep(RETRY_MS);
        else if (pause_ms > 0) await sleep(pause_ms);
      }
    });
    return {
      stop: async () => {
        stopped = true;
        await Promise.all(loops);
      },
    };
  }

  /** A request that was not sent yet. */
  next(name: string, items: number, touchpoints: boolean): Sent {
    const sent: Sent = { kind: touchpoints ? 'touchpoints' : 'conversions', name, items, state: 'open' };
    this.sent.set(`${sent.kind}/${name}`, sent);
    return sent;
  }

  async send(server: Server, sent: Sent): Promise<Sent['state']> {
    try {
      const response = await server.request('POST', `/v1/${sent.kind}`, body(sent));
      const answer = (await response.json()) as { accepted?: number };
      if (response.status === 202) {
        if (answer.accepted !== sent.items)
          this.surprises.push(`${sent.name}: accepted ${answer.accepted} of ${sent.items}`);
        sent.state = 'acknowledged';
      } else if (response.status === 503) {
        sent.state = 'refused';
        this.refused_records += sent.items;
      } else this.surprises.push(`${sent.name}: answered ${response.status} ${JSON.stringify(answer)}`);
    } catch {
      // No answer: what became of it is not known, and it is sent again later.
    }
    return sent.state;
  }

  /** Sends again what got no answer, as a client does; a request that was stored before its answer was lost is a repeat. */
  async repeatUnanswered(server: Server): Promise<number> {
    const open = [...this.sent.values()].filter(({ state }) => state === 'open');
    for (const sent of open) await this.send(server, sent);
    return open.length;
  }

  get acknowledged_records(): number {
    let records = 0;
    for (const { state, items } of this.sent.values()) if (state === 'acknowledged') records += items;
    return records;
  }
}

/** Touchpoints and orders of the same people, so that reports have something to join. */
export function body({ kind, name, items }: Sent): string {
  const parts: string[] = [];
  for (let i = 0; i < items; i++) {
    const who = `"customer_id":"of-${name.replace(/\d+$/, (n) => String(Number(n) >> 1))}.${i}"`;
    parts.push(
      kind === 'touchpoints'
        ? `{"touchpoint_id":"${name}.${i}",${who},"touchpoint_type":"email_click","channel":"email","campaign_id":"spring-${i % 7}","occurred_at":"${DAY}T11:00:00Z"}`
        : `{"conversion_id":"${name}.${i}",${who},"conversion_type":"purchase","conversion_value":"1.00","currency":"USD","occurred_at":"${DAY}T12:00:00Z"}`,
    );
  }
  return `[${parts.join()}]`;
}
