/** The servers that bench/ingest.ts compares, each in a process of its own: `tsx bench/servers.ts MODE FOLDER`. */
import fastify from 'fastify';
import { makeConfig } from '../src/config.ts';
import { touchpoints, TouchpointSchema } from '../src/domain/touchpoint.ts';
import { KeyRing } from '../src/server/keys.ts';
import { serve } from '../src/server/serve.ts';
import { openTributary } from '../src/tributary.ts';

const [mode, folder] = process.argv.slice(2);

/** Validates the body and does nothing: one touchpoint by Fastify's own validator, or an array by our reader. */
async function floor(): Promise<string> {
  const app = fastify({ bodyLimit: 10_000_000, ajv: { customOptions: { strict: false } } });
  app.post('/v1/touchpoints', { schema: { body: TouchpointSchema } }, async (_request, reply) => reply.code(202).send({ accepted: 1 }));
  const context = { now_ms: Date.now(), key_brand_id: null, defaultCurrency: () => 'USD' };
  app.post('/v1/array', async (request, reply) => {
    let accepted = 0;
    for (const item of request.body as unknown[]) if ('brand_id' in touchpoints.read(item, context)) accepted += 1;
    return reply.code(202).send({ accepted });
  });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

async function product(limits: Record<string, number>): Promise<{ address: string; token: string }> {
  const tributary = await openTributary({ folder: folder!, config: makeConfig({ log_level: 'error', limits }) });
  const { address, token } = await serve(tributary, KeyRing.open(folder!), { port: 0 });
  return { address, token };
}

if (mode === 'floor') process.send?.({ address: await floor(), token: 'none' });
else process.send?.(await product(mode === 'overload' ? { max_spool_bytes: 50_000_000 } : {}));

// Peak memory, asked for by the parent.
process.on('message', () => process.send?.({ peak_rss_bytes: process.resourceUsage().maxRSS * 1024, rss_bytes: process.memoryUsage().rss }));
process.on('disconnect', () => process.exit(0));
