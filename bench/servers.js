/** The compiled servers of bench/ingest.ts and bench/learning.ts, each in its own process: `node bench/servers.js MODE FOLDER`. */
import { once } from 'node:events';
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

async function product(limits) {
  const tributary = await openTributary({ folder, config: makeConfig({ log_level: 'error', limits }) });
  const { address, token } = await serve(tributary, await KeyRing.open(tributary.state, folder), { port: 0 });
  return { address, token };
}

process.send?.(
  mode === 'floor' ? await floor() : await product(mode === 'overload' ? { max_spool_bytes: 50_000_000 } : {}),
);

/** Trains in a thread of this process until it is told to stop. It answers when training has started and when it has ended. */
let training;
async function train(workerData) {
  await training?.terminate();
  training = workerData && new Worker(new URL('./learning-worker.js', import.meta.url), { workerData });
  if (training) await once(training, 'message');
  process.send?.({ training: Boolean(training) });
}

// The parent asks for the memory or for training. The server ends with its parent.
process.on('message', (message) => {
  if (typeof message === 'object' && 'train' in message) train(message.train);
  else process.send?.({ rss_bytes: process.memoryUsage().rss });
});
process.on('disconnect', () => process.exit(0));
