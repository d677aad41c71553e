/** A process with the engine and its front: `serve.ts FOLDER PORT [PASSWORD]`. Tells its port, and ends with its parent. */
import type { AddressInfo } from 'node:net';
import { listen } from './front.ts';

const [folder, port, password] = process.argv.slice(2);
const { server, engine } = await listen({
  folder: folder!,
  port: Number(port),
  ...(password ? { password } : {}),
});
process.send!({ port: (server.address() as AddressInfo).port });
process.on('disconnect', () => process.exit(0));
process.on('message', async () => {
  server.close();
  server.closeAllConnections();
  await engine.close();
  process.exit(0);
});
