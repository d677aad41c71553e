/** The compiled servers of bench/ingest.ts, bench/redirects.ts, bench/webhooks.ts and bench/learning.ts, each in its own process: `node bench/servers.js MODE FOLDER`. */
import { createHmac, generateKeyPairSync, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';
import fastify from 'fastify';
import { makeConfig } from '../dist/config.js';
import { TouchpointSchema, touchpoints } from '../dist/domain/touchpoint.js';
import { KeyRing } from '../dist/server/keys.js';
import { serve } from '../dist/server/serve.js';
import { openTributary } from '../dist/tributary.js';

const [mode, folder] = process.argv.slice(2);

/** Validates the body and does nothing: one touchpoint by Fastify's own validator, or an array by our reader. */
async function floor() {
  const app = fastify({ bodyLimit: 10_000_000, ajv: { customOptions: { strict: false } } });
  app.post('/v1/touchpoints', { schema: { body: TouchpointSchema } }, async (_request, reply) =>
    reply.code(202).send({ accepted: 1 }),
  );
  const context = { now_ms: Date.now(), key_brand_id: null, defaultCurrency: () => 'USD' };
  app.post('/v1/array', async (request, reply) => {
    let accepted = 0;
    for (const item of request.body) if ('brand_id' in touchpoints.read(item, context)) accepted += 1;
    return reply.code(202).send({ accepted });
  });
  return { address: await app.listen({ port: 0, host: '127.0.0.1' }), token: 'none' };
}

async function product(settings) {
  const email = { base_url: 'http://127.0.0.1' };
  const tributary = await openTributary({ folder, config: makeConfig({ log_level: 'error', email, ...settings }) });
  const { address, token } = await serve(tributary, await KeyRing.open(tributary.state, folder), { port: 0 });
  return { address, token };
}

/** Node's own server: checks a signed token and answers 302, and does nothing else. `signed` of bench/redirects.ts makes the tokens. */
async function bareRedirects() {
  const server = createServer((request, response) => {
    const [payload = '', mac = ''] = request.url.slice('/c/'.length).split('.');
    const own = createHmac('sha256', 'secret').update(`click-v1\0${payload}`).digest().subarray(0, 16);
    const sent = Buffer.from(mac, 'base64url');
    if (sent.length !== own.length || !timingSafeEqual(sent, own)) return response.writeHead(404).end();
    const { u } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    response.writeHead(302, { location: u, 'cache-control': 'no-store, private', 'content-length': 0 }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { address: `http://127.0.0.1:${server.address().port}`, token: 'none' };
}

/** The key by which the webhooks of bench/webhooks.ts are signed. */
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const public_key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

const SETTINGS = {
  overload: { limits: { max_spool_bytes: 50_000_000 } },
  webhooks: { sources: { hook: { provider: 'sendgrid', public_key } } },
};

const STARTS = { floor, 'bare-redirects': bareRedirects };
process.send?.(await (STARTS[mode] ?? product)(SETTINGS[mode]));

/** Trains in a thread of this process until it is told to stop. It answers when training has started and when it has ended. */
let training;
async function train(workerData) {
  await training?.terminate();
  training = workerData && new Worker(new URL('./learning-worker.js', import.meta.url), { workerData });
  if (training) await once(training, 'message');
  process.send?.({ training: Boolean(training) });
}

// The parent asks for what was used, for the key or for training. The server ends with its parent.
process.on('message', (message) => {
  if (typeof message === 'object' && 'train' in message) train(message.train);
  else if (message === 'key') process.send?.({ private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }) });
  else {
    const { user, system } = process.cpuUsage();
    process.send?.({ processor_ms: (user + system) / 1_000, rss_bytes: process.memoryUsage().rss });
  }
});
process.on('disconnect', () => process.exit(0));
