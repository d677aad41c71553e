/**
 * A port that several processes of this machine share: `tributary serve --collectors`. Node's cluster gives each connection to one
 * of them. Each process also listens on a port of its own, where its health and metrics are.
 */
import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface SharedPort {
  port: number;
  /** Takes no more connections. Those that are open go on until the app closes. */
  close(): void;
}

/** Gives the connections of a shared port to an app. @throws the error of the system when it cannot listen. */
export async function sharePort(
  app: FastifyInstance,
  { host, port, backlog }: { host: string; port: number; backlog: number },
): Promise<SharedPort> {
  const { server } = app;
  const shared = createServer({ noDelay: true }, (socket) => server.emit('connection', socket));
  shared.maxConnections = server.maxConnections;
  await new Promise<void>((resolve, reject) => {
    shared.once('error', reject);
    shared.listen({ host, port, backlog }, resolve);
  });
  const address = shared.address();
  return { port: typeof address === 'object' && address !== null ? address.port : port, close: () => shared.close() };
}
