/** Sends requests one after the other over one connection, each route in turn, and tells the milliseconds of each. */
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {{ routes: Array<{ name: string, port: number, path: string, authorization: string, body: string }>, calls: number, round: number }} */
const { routes, calls, round } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function send({ port, path, authorization, body }, id) {
  const payload = body.replaceAll('ID', id);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload), authorization };
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const asked = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        if (answer.statusCode >= 300) reject(new Error(`${path} answered ${answer.statusCode}`));
        else resolve(performance.now() - start);
      });
    });
    asked.on('error', reject);
    asked.end(payload);
  });
}

const times = Object.fromEntries(routes.map(({ name }) => [name, []]));
for (let i = 0; i < calls; i++)
  for (const route of routes) times[route.name].push(await send(route, `http-${round}-${i}`));
agent.destroy();
parentPort.postMessage(times);
