/** A request of one's own for each message, from a template in the configuration. */
import { excerpt } from '../../network/answers.ts';
import type { OutAnswer } from '../../network/request.ts';
import type { AnswerRead, Destination, DestinationOptions, OutItem, Told } from '../destination.ts';
import type { Message } from '../message.ts';
import { byStatus, DELIVERED } from '../status.ts';
import { messageKind, templateProblem } from './check.ts';
import { IN_HEADERS, placeholderValue } from './placeholders.ts';
import { filledBody, filledText } from './template.ts';

const MAX_BODY_BYTES = 1_000_000;

interface CustomItem {
  url: string;
  /** Values for headers, by name. */
  about: Record<string, string>;
  body: unknown;
}

export const custom: Destination = {
  kind: 'custom',
  title: 'Custom request',
  options: {
    message: 'conversion (when left out) for a request for each order, profile for one for each customer',
    corrections:
      'state (when left out): a changed order is sent again as it is now. difference: also with placeholders of what changed. none: changes are not sent',
  },
  secrets: { '*': 'Any name; a header of the template has it as {{secret.NAME}}' },
  check: templateProblem,
  // Each change is sent, which is right for a template of states as well.
  corrections: 'difference',
  limits: { items: 1, bytes: MAX_BODY_BYTES, parallel: 4 },
  translate,
  request: ([item], { template, secrets }) => {
    const { url, about, body } = item as CustomItem;
    const headers = Object.entries(template!.headers).map(([name, text]) => [
      name.toLowerCase(),
      filledText(text, (named) => about[named] ?? secrets[named.replace(/^secret\./, '')]!),
    ]);
    return {
      method: template!.method,
      url,
      headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
      body: JSON.stringify(body),
    };
  },
  read,
  check_call: {
    // Its placeholders come after the host.
    url: ({ template }) => template!.url.replace(/\{\{[^{}]*\}\}/g, 'x'),
    none: 'an API of your own has no call that Tributary knows to have no effect: look there after the first order',
  },
};

function translate(message: Message, settings: DestinationOptions): Told {
  const kind = messageKind(settings);
  if (message.kind !== kind) return { skipped: `the template is for messages of the kind ${kind}` };
  if (message.kind === 'conversion' && message.correction !== null && settings.options['corrections'] === 'none')
    return { skipped: 'changes are not sent; set options.corrections to send them' };
  const url = filledUrl(settings.template!.url, message);
  if (typeof url !== 'string') return url;
  const body = filledBody(settings.template!.body, message);
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > MAX_BODY_BYTES)
    return {
      refused: `the body has ${bytes} bytes, and at most ${MAX_BODY_BYTES} are sent; use fewer lists in the template`,
    };
  const about = Object.fromEntries(IN_HEADERS.map((name) => [name, String(placeholderValue(message, name))]));
  return { items: [{ url, about, body } satisfies CustomItem] };
}

/** The URL with its values. A value that is missing, or that would lead to another path, cannot be told. */
function filledUrl(template: string, message: Message): string | { refused: string } {
  const missing: string[] = [];
  const url = filledText(template, (name) => {
    const value = placeholderValue(message, name);
    if (value === null) missing.push(name);
    return encodeURIComponent(String(value).toWellFormed());
  });
  if (missing.length > 0)
    return { refused: `${missing[0]} is missing, and template.url needs it; send it with the conversion` };
  const path = url.replace(/^https?:\/\/[^/?]+/i, '').split('?')[0]!;
  // A URL leaves out such parts of its path, and leads elsewhere.
  if (path.split('/').some((part) => part === '.' || part === '..'))
    return { refused: 'an id is . or .., which cannot be part of template.url; put it into the body' };
  return url;
}

function read(answer: OutAnswer, _items: readonly OutItem[], now_ms: number): AnswerRead {
  const { status } = answer;
  if (status >= 200 && status < 300) return DELIVERED;
  if (status >= 300 && status < 400)
    return {
      outcome: 'disabled',
      reason: `answered ${status}, and redirects are not followed; set template.url to where it leads`,
    };
  // A wrong key is wrong for all orders. Any other refusal may be of one, which a URL can name.
  const of_all = [401, 403, 408, 425, 429].includes(status) || status >= 500;
  return of_all
    ? byStatus(answer, now_ms)
    : { outcome: 'refused', reason: `answered ${status}: ${excerpt(answer.body)}` };
}
