/** Builds the events of one message of the corpus: who made each of them is known. */
import type { Random } from '../../domain/random.ts';

export type Maker = 'person' | 'machine';

/** An open or click as it would be stored, and who made it. */
export interface LabelledEvent {
  by: Maker;
  touchpoint_type: 'email_open' | 'email_click';
  at_ms: number;
  user_agent: string | null;
  ip_address: string | null;
  url: string | null;
  click_id: string | null;
  evidence: Record<string, unknown>;
}

export interface LabelledMessage {
  delivered_ms: number;
  /** True if an event of the provider tells the delivery. */
  tells_delivery: boolean;
  events: LabelledEvent[];
  landings: Array<{ click_id: string; at_ms: number }>;
}

/** Where a request comes from: its user agent and network. */
export interface Client {
  user_agent: string | null;
  ip_address?: string;
  /** What a browser says of a navigation; nothing when left out. `activated` means that a person clicked. */
  headers?: 'activated' | 'navigated';
}

interface Ways {
  method?: string;
  /** The page of the link runs the script, which tells that it was opened. */
  lands?: boolean;
  evidence?: Record<string, unknown>;
}

export class MessageBuilder {
  readonly message: LabelledMessage;

  constructor(
    readonly random: Random,
    delivered_ms: number,
    /** How many links the message has. */
    readonly links: number,
    private readonly id: string,
    /** False if only times and URLs of the events are known, as in many exports. */
    private readonly is_tracked = true,
  ) {
    this.message = { delivered_ms, tells_delivery: is_tracked, events: [], landings: [] };
  }

  /** An open, so many seconds after the delivery. */
  open(by: Maker, seconds: number, client: Client, evidence: Record<string, unknown> = {}): void {
    this.message.events.push({
      by,
      touchpoint_type: 'email_open',
      at_ms: this.at(seconds),
      user_agent: client.user_agent,
      ip_address: client.ip_address ?? null,
      url: null,
      click_id: null,
      evidence,
    });
  }

  /** A click on a link, so many seconds after the delivery. */
  click(
    by: Maker,
    link: number,
    seconds: number,
    client: Client,
    { method = 'GET', lands = false, evidence = {} }: Ways = {},
  ): void {
    const at_ms = this.at(seconds);
    const click_id = this.is_tracked ? `${this.id}.${link}.${this.message.events.length}` : null;
    this.message.events.push({
      by,
      touchpoint_type: 'email_click',
      at_ms,
      user_agent: client.user_agent,
      ip_address: client.ip_address ?? null,
      url: `https://shop.example/${link}`,
      click_id,
      evidence: this.is_tracked ? { method, link, links: this.links, ...headersOf(client), ...evidence } : evidence,
    });
    if (lands && click_id !== null)
      this.message.landings.push({ click_id, at_ms: at_ms + Math.round(this.random.between(400, 4_000)) });
  }

  /** Clicks on some of the links, one after the other. */
  clickEach(
    by: Maker,
    links: readonly number[],
    seconds: number,
    pause_s: number,
    client: Client,
    ways: Ways = {},
  ): void {
    for (const [i, link] of links.entries()) this.click(by, link, seconds + i * pause_s, client, ways);
  }

  get all(): number[] {
    return Array.from({ length: this.links }, (_, i) => i + 1);
  }

  private at(seconds: number): number {
    return this.message.delivered_ms + Math.round(seconds * 1_000);
  }
}

function headersOf({ headers }: Client): Record<string, string> {
  if (headers === undefined) return {};
  return headers === 'activated'
    ? { sec_fetch_mode: 'navigate', sec_fetch_user: '?1' }
    : { sec_fetch_mode: 'navigate' };
}

export interface TrafficKind {
  name: string;
  /** What it does, in a few words. */
  about: string;
  /** Links of the message, from and to; 3 to 12 when left out. */
  links?: readonly [number, number];
  /** True if only times and URLs are known, as in many exports. */
  untracked?: boolean;
  make(message: MessageBuilder): void;
}
