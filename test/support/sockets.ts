/** Clients that speak HTTP badly: they hang up, stop half-way, or never read. */
import { createConnection, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Opens a connection and sends `text`. It goes when the test is over, or when `atEnd` says. */
export async function connectAndSend(
  address: string,
  text: string,
  atEnd: (close: () => void) => void = onTestFinished,
): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  atEnd(() => void socket.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.write(text);
  return socket;
}

/** The head of a request, as text. */
export function requestHead(method: string, path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ host: 'test', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** All that a connection gets until it is closed. */
export function received(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.once('close', () => resolve(text));
  });
}
