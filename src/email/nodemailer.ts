/** A plugin of nodemailer that instruments the HTML of each email, with a key of its own or through a Tributary server. */
import { randomUUID } from 'node:crypto';
import type { Instrumented } from './instrument.ts';
import { instrument, type LocalOptions } from './local.ts';
import type { InstrumentRequest } from './request.ts';

type Facts = Omit<InstrumentRequest, 'html' | 'message_id'> & { message_id?: string };

export type NodemailerOptions = (
  | LocalOptions
  | {
      /** The address of the Tributary server, for this program. */
      server: string;
      /** A key of scope write. */
      write_key: string;
      timeout_ms?: number;
    }
) & {
  /** Fields for every email; `tributary` of an email has more, or others. */
  defaults?: Partial<Facts>;
  /** Told of an email that is sent as it was, because it could not be instrumented. The error holds no address. */
  onError?: (error: Error) => void;
};

/** What this plugin uses of nodemailer's message. */
interface Message {
  // biome-ignore lint/suspicious/noExplicitAny: the data of an email is typed by nodemailer, which this package does not depend on
  data: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  resolveContent(data: any, field: string, callback: (error: Error | null, value?: any) => void): void;
}

const TIMEOUT_MS = 5_000;

/**
 * `transporter.use('compile', tributaryLinks({…}))`. An email has its facts under `tributary`: `{customer_id, campaign_id, …}`; false
 * leaves it as it is. An email to one address without a customer is that of its address. An email always goes out: if it cannot
 * be instrumented, it goes out as it was.
 */
export function tributaryLinks(options: NodemailerOptions) {
  return (message: Message, done: (error?: Error | null) => void): void => {
    instrumentMessage(message, options).then(
      () => done(),
      (error: Error) => {
        options.onError?.(error);
        done();
      },
    );
  };
}

async function instrumentMessage(message: Message, options: NodemailerOptions): Promise<void> {
  const { data } = message;
  if (!data.html || data.tributary === false) return;
  const facts: Partial<Facts> = { ...options.defaults, ...data.tributary };
  const recipient = facts.customer_id === undefined && facts.email === undefined ? onlyRecipient(data) : undefined;
  const html = String(await contentOf(message));
  // The Message-ID of the email is the id under which bounces and replies come back.
  data.messageId ??= `<${randomUUID()}@${domainOf(data)}>`;
  const request: InstrumentRequest = {
    ...facts,
    ...(recipient !== undefined && { email: recipient }),
    // Providers name the message without the brackets of its header.
    message_id: facts.message_id ?? data.messageId.replace(/^<|>$/g, ''),
    html,
    options: {
      ...facts.options,
      list_unsubscribe: [...(facts.options?.list_unsubscribe ?? []), ...unsubscribeOf(data)],
    },
  };
  data.html = 'server' in options ? await askServer(request, options) : instrument(request, options).html;
}

async function askServer(
  request: InstrumentRequest,
  { server, write_key, timeout_ms = TIMEOUT_MS }: { server: string; write_key: string; timeout_ms?: number },
): Promise<string> {
  const response = await fetch(`${server.replace(/\/+$/, '')}/v1/email/instrument`, {
    method: 'POST',
    headers: { authorization: `Bearer ${write_key}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(timeout_ms),
  });
  const answer = (await response.json()) as Partial<Instrumented> & { error?: { message?: string } };
  if (!response.ok || typeof answer.html !== 'string')
    throw new Error(`the server answered ${response.status}: ${answer.error?.message ?? 'without a reason'}`);
  return answer.html;
}

function contentOf(message: Message): Promise<unknown> {
  return new Promise((resolve, reject) => {
    message.resolveContent(message.data, 'html', (error, value) => (error ? reject(error) : resolve(value)));
  });
}

// biome-ignore lint/suspicious/noExplicitAny: as above
type Data = any;

/** Every address of a field: a text with commas, an object with `address`, or a list of these. */
function addressesOf(field: Data): string[] {
  if (!field) return [];
  if (Array.isArray(field)) return field.flatMap(addressesOf);
  if (typeof field === 'object') return addressesOf(field.address);
  return String(field).split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
}

/** The only recipient. A link that several people get cannot tell them apart. */
function onlyRecipient({ to, cc, bcc }: Data): string {
  const all = [to, cc, bcc].flatMap(addressesOf);
  if (all.length !== 1)
    throw new Error(
      `the email has ${all.length} recipients and no customer_id; send one email to each, or set tributary.customer_id`,
    );
  return all[0]!.trim();
}

function domainOf({ from }: Data): string {
  return /@([\w.-]+)/.exec(addressesOf(from)[0] ?? '')?.[1] ?? 'localhost';
}

/** Targets to unsubscribe, from nodemailer's `list` and from `headers`. */
function unsubscribeOf({ list, headers }: Data): string[] {
  const listed = [list?.unsubscribe].flat(3).map((entry) => (typeof entry === 'object' ? entry?.url : entry));
  const pairs: Array<[string, unknown]> = Array.isArray(headers)
    ? headers.map(({ key, value }) => [key, value])
    : Object.entries(headers ?? {});
  const sent = pairs.filter(([name]) => name.toLowerCase() === 'list-unsubscribe').map(([, value]) => value);
  return [...listed, ...sent.flat()].filter(
    (value): value is string => typeof value === 'string' && value.length <= 4_000,
  );
}
