// Takes the webhook of a shop's own system, makes conversions of its orders, and answers as Tributary did, so that the shop sends again
// what did not arrive. `takeOrder` fits Express as it is: app.post('/orders', express.json(), takeOrder).
//
//   npm install tributary
//   TRIBUTARY_URL=http://127.0.0.1:8400 TRIBUTARY_WRITE_KEY=trb_write_… WEBHOOK_TOKEN=… PORT=8500 node forward-webhook.mjs
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { createClient, RecordRefused, TributaryError } from 'tributary/client';

const {
  TRIBUTARY_URL = 'http://127.0.0.1:8400',
  TRIBUTARY_WRITE_KEY = '',
  WEBHOOK_TOKEN = '',
  PORT = '0',
} = process.env;
if (WEBHOOK_TOKEN === '') throw new Error('WEBHOOK_TOKEN: is not set; anybody could send orders');

// The shop waits for an answer, so the client is less patient than usual.
const tributary = createClient({ url: TRIBUTARY_URL, key: TRIBUTARY_WRITE_KEY, retries: 2, timeout_ms: 5_000 });
/** @param {string} text */
const hash = (text) => createHash('sha256').update(text).digest();

/**
 * @param {{ headers: Record<string, string | string[] | undefined>, body: any }} request
 * @param {{ status(code: number): { json(body: unknown): unknown } }} response
 */
async function takeOrder({ headers, body }, response) {
  if (!timingSafeEqual(hash(String(headers['x-webhook-token'])), hash(WEBHOOK_TOKEN)))
    return response.status(401).json({ message: 'x-webhook-token: is wrong' });
  try {
    const receipt = await tributary.send('conversions', {
      // The id of the order: a webhook that comes twice counts once.
      conversion_id: String(body.id),
      order_id: String(body.id),
      email: body.customer?.email,
      conversion_type: 'purchase',
      conversion_value: String(body.total),
      currency: body.currency,
      occurred_at: body.paid_at,
    });
    return response.status(202).json({ accepted: receipt.ids });
  } catch (error) {
    // It would be refused again: the answer says which field is wrong, and 422 tells the shop not to repeat it.
    if (error instanceof RecordRefused)
      return response.status(422).json({ field: error.field, message: error.message });
    if (!(error instanceof TributaryError)) throw error;
    console.error(
      `order ${body.id} waits for the shop's next try: ${error.message} (${error.request_id ?? 'no answer'})`,
    );
    return response.status(503).json({ message: 'try again later' });
  }
}

const server = createServer(async (request, answer) => {
  /** @param {number} code */
  const status = (code) => ({
    /** @param {unknown} body */
    json: (body) => answer.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
  });
  const body = await json(request).catch(() => undefined);
  if (body === undefined) status(400).json({ message: 'the body is not JSON' });
  else await takeOrder({ headers: request.headers, body }, { status });
});
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  console.log(`orders: http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/orders`);
});
