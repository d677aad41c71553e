/**
 * A webhook of a shop without a source of its own: its body is one item or an array of them. An item is an order, a renewal or a refund
 * (`type`), or any record of the API (`record`).
 */
import { isRecordName, RECORD_NAMES } from '../../domain/index.ts';
import { exactJsonOf, fieldsOf, listOf, text } from '../fields.ts';
import { ORDER_OPTIONS } from '../order-hints.ts';
import { hmac, isSignature, refused, staleness } from '../signing.ts';
import {
  type Delivery,
  type Item,
  type Source,
  type SourceOptions,
  type Translated,
  Unusable,
  type Verified,
} from '../source.ts';
import { verifyStandardWebhook } from '../standard-webhooks.ts';
import { orderItem, refundItem } from './items.ts';

export const generic: Source = {
  provider: 'generic',
  title: 'a generic webhook',
  proof: 'signature',
  options: { click_parameter: ORDER_OPTIONS.click_parameter, coupons: ORDER_OPTIONS.coupons },
  verify: (delivery, { secrets }, { now_ms }) =>
    delivery.headers['webhook-signature'] === undefined
      ? verifyHex(delivery, secrets, now_ms)
      : verifyStandardWebhook(delivery, secrets, now_ms, 'the sender'),
  itemsOf: (delivery) => listOf(exactJsonOf(delivery)),
  translate,
};

/** HMAC-SHA256 in hex over the timestamp, a point and the body. */
function verifyHex({ body, headers }: Delivery, secrets: readonly string[], now_ms: number): Verified {
  const [signature, timestamp] = [headers['x-signature'], headers['x-timestamp']];
  if (signature === undefined || timestamp === undefined)
    return refused('the headers X-Signature and X-Timestamp are needed, or those of Standard Webhooks');
  const expected = secrets.map((secret) => hmac('sha256', secret, `${timestamp}.`, body));
  if (!isSignature(signature, 'hex', expected))
    return refused(
      'the signature does not fit the secrets; sign the bytes of the timestamp, a point and the body, and write it in hex',
    );
  const stale = staleness(/^\d+$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN, now_ms);
  return stale === undefined ? { ok: true } : refused(stale);
}

function translate(item: Item, options: SourceOptions): Translated {
  const { record, type, ...fields } = fieldsOf(item);
  if (record !== undefined) {
    const name = text(record) ?? '';
    if (!isRecordName(name)) throw new Unusable(`record: use one of ${RECORD_NAMES.join(', ')}`);
    return { drafts: [{ record: name, input: type === undefined ? fields : { type, ...fields } }] };
  }
  switch (type) {
    case 'order':
      return { drafts: orderItem(fields, 'purchase', options) };
    case 'renewal':
      return { drafts: orderItem(fields, 'renewal', options) };
    case 'refund':
      return { drafts: refundItem(fields) };
    default:
      throw new Unusable('type: use order, renewal or refund, or name a record');
  }
}
