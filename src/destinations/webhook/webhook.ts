/**
 * A webhook: each message as JSON at a URL of one's own, signed as Standard Webhooks 1.0 says (standardwebhooks.com), so that the receiver
 * can check it with a library.
 */
import { excerpt, retry } from '../../network/answers.ts';
import type { OutAnswer } from '../../network/request.ts';
import { urlProblem } from '../../network/urls.ts';
import { signedHeaders, signingKeyProblem, signingKeys } from '../../network/webhook-signature.ts';
import type { Destination, DestinationOptions, Outcome, OutItem, RequestContext } from '../destination.ts';
import { DELIVERED } from '../status.ts';
import { type WebhookBody, webhookBody } from './body.ts';

const MAX_BODY_BYTES = 1_000_000;
/** The brackets of an array. */
const ENVELOPE_BYTES = 2;

/** A message as it is sent. */
interface WebhookItem {
  /** True if it has a request of its own. */
  alone: boolean;
  body: WebhookBody;
}

export const webhook: Destination = {
  kind: 'webhook',
  title: 'Webhook',
  options: {
    url: 'Where requests go',
    messages: '`one` for one message a request (when left out), `array` for an array of up to 100 messages',
  },
  needs: ['url'],
  secrets: {
    signing_secret: 'The key of the signatures: `whsec_` and 24 to 64 random bytes in base64',
    previous_signing_secret: 'The key before, while the receiver changes to the new one. Both sign',
  },
  needs_secrets: ['signing_secret'],
  check,
  // Each revision is sent, so that the parts of all corrections add up.
  corrections: 'difference',
  limits: { items: 100, bytes: MAX_BODY_BYTES, parallel: 4 },
  translate: (message, { options }) => {
    const body = webhookBody(message);
    const bytes = Buffer.byteLength(JSON.stringify(body));
    if (bytes + ENVELOPE_BYTES > MAX_BODY_BYTES)
      return {
        refused: `the message has ${bytes} bytes, and at most ${MAX_BODY_BYTES} are sent; send fewer product_ids`,
      };
    return { items: [{ alone: options['messages'] !== 'array', body } satisfies WebhookItem] };
  },
  groupOf: (item) => {
    const { alone, body } = item as WebhookItem;
    return alone ? body.data.message_id : 'array';
  },
  request,
  read,
  check_call: {
    url: ({ options }) => options['url']!,
    none: 'Standard Webhooks has no call without an effect that shows if the receiver knows the key: look at its log after the first order',
  },
};

function check({ options, secrets, private_network }: DestinationOptions): { option: string; problem: string } | null {
  const problem = urlProblem(options['url']!, private_network);
  if (problem !== null) return { option: 'options.url', problem };
  const messages = options['messages'] ?? 'one';
  if (messages !== 'one' && messages !== 'array')
    return { option: 'options.messages', problem: 'must be one or array' };
  for (const name of ['signing_secret', 'previous_signing_secret'])
    if (secrets[name] !== undefined && signingKeyProblem(secrets[name]) !== null)
      return { option: `secrets.${name}`, problem: signingKeyProblem(secrets[name])! };
  return null;
}

function request(items: readonly OutItem[], options: DestinationOptions, { now_ms, request_id }: RequestContext) {
  const sent = items as readonly WebhookItem[];
  const { alone, body: first } = sent[0]!;
  const body = JSON.stringify(alone ? first : sent.map((item) => item.body));
  // The id is the same in each try.
  const id = alone ? first.data.message_id : request_id;
  return {
    method: 'POST' as const,
    url: options.options['url']!,
    headers: { 'content-type': 'application/json', ...signedHeaders(signingKeys(options.secrets), id, body, now_ms) },
    body,
  };
}

function read(answer: OutAnswer, _items: readonly OutItem[], now_ms: number): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return DELIVERED;
  if (status === 410)
    return {
      outcome: 'disabled',
      reason:
        'the receiver answered 410 (gone), by which it asks for no more messages; change options.url to send again',
    };
  if (status >= 300 && status < 400)
    return retry(
      answer,
      `the receiver answered ${status}, and redirects are not followed; set options.url to where it leads`,
      now_ms,
    );
  return retry(answer, `the receiver answered ${status}: ${excerpt(answer.body)}`, now_ms);
}
