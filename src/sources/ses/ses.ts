/**
 * Amazon SES: its events and its classic notifications, which arrive through Amazon SNS. With raw message delivery there is no
 * envelope, and so no signature.
 */
import { fieldsIn, fieldsOf, jsonOf, listOf, text } from '../fields.ts';
import { refused } from '../signing.ts';
import type { Delivery, Source, SourceOptions } from '../source.ts';
import { translate } from './events.ts';
import { asked, isEnvelope, isOfSns, verifyEnvelope } from './sns.ts';

export const ses: Source = {
  provider: 'ses',
  title: 'Amazon SES',
  proof: ({ options }) => (takesRaw(options) ? 'none' : 'certificate'),
  options: {
    topic_arns: 'a list of the ARNs of the SNS topics whose messages are taken',
    raw_messages: '"yes" if the subscription has raw message delivery; then path_token and basic_auth are the proof',
  },
  needs: ['topic_arns'],
  verify(delivery, { options }, { fetchText }) {
    const body = fieldsIn(delivery);
    if (isEnvelope(body)) return verifyEnvelope(body, [options['topic_arns']].flat().map(String), fetchText);
    if (takesRaw(options)) return { ok: true };
    return refused('the body is no message of Amazon SNS; turn raw message delivery off, or set options.raw_messages');
  },
  async handshake(delivery, _options, { fetchText }) {
    const body = fieldsIn(delivery);
    const type = isEnvelope(body) ? body['Type'] : undefined;
    const url = body['SubscribeURL'];
    if (type === 'SubscriptionConfirmation' && isOfSns(url))
      await asked('the confirmation of the subscription', () => fetchText(url));
    return type === 'SubscriptionConfirmation' || type === 'UnsubscribeConfirmation';
  },
  itemsOf,
  senderOf: (item) => fieldsOf(fieldsOf(item)['mail'])['source'],
  translate,
};

const takesRaw = (options: SourceOptions['options']): boolean => options['raw_messages'] === 'yes';

/** SES sends a sentence instead of an event when it is set up. It is the item then. */
function itemsOf(delivery: Delivery): unknown[] {
  const body = jsonOf(delivery);
  const envelope = fieldsOf(body);
  if (!isEnvelope(envelope)) return listOf(body);
  const message = text(envelope['Message']) ?? '';
  try {
    return [JSON.parse(message)];
  } catch {
    return [message];
  }
}
