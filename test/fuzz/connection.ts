/** A connection that sends requests one behind the other, without waiting for each answer, and reads the answers in order. */
import { createConnection, type Socket } from 'node:net';
import { bytesOf, type Request } from './requests.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** How a request ended. */
export type Ending = Answer | 'closed' | 'silent';

const DEPTH = 4;
const SILENT_MS = 60_000;

/** Sends all requests over one address, `lanes` connections at a time. @returns how each ended, in order. */
export async function exchange(
  address: string,
  requests: readonly Request[],
  salt: string,
  lanes: number,
): Promise<Ending[]> {
  const endings = new Array<Ending>(requests.length);
  const together: number[] = [];
  const alone: number[] = [];
  for (let i = 0; i < requests.length; i++) (requests[i]!.alone ? alone : together).push(i);
  const run = async (lane: number): Promise<void> => {
    let left = together.filter((_, i) => i % lanes === lane);
    while (left.length > 0) {
      const answers = await pipeline(
        address,
        left.map((i) => requests[i]!),
        salt,
        DEPTH,
      );
      // The first without an answer may have been lost with the connection: it is tried once more, alone.
      answers.forEach((answer, i) => {
        endings[left[i]!] = answer;
      });
      left = left.slice(answers.length);
      if (answers.length > 0 && left.length > 0) continue;
      const [first, ...rest] = left;
      if (first !== undefined) endings[first] = (await pipeline(address, [requests[first]!], salt, 1))[0] ?? 'closed';
      left = rest;
    }
    for (let i = lane; i < alone.length; i += lanes) {
      const place = alone[i]!;
      endings[place] = (await pipeline(address, [requests[place]!], salt, 1))[0] ?? 'closed';
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
  return endings;
}

/** One connection. @returns the answers that came before it was closed. */
function pipeline(address: string, requests: readonly Request[], salt: string, depth: number): Promise<Ending[]> {
  const { hostname, port } = new URL(address);
  const answers: Ending[] = [];
  return new Promise((resolve) => {
    const socket: Socket = createConnection({ host: hostname, port: Number(port), noDelay: true });
    let sent = 0;
    let unread: Buffer = Buffer.alloc(0);
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answers);
    };
    const timer = setTimeout(() => {
      answers.push('silent');
      end();
    }, SILENT_MS);
    const send = (): void => {
      const pieces: Buffer[] = [];
      for (; sent < requests.length && sent - answers.length < depth; sent++)
        pieces.push(bytesOf(requests[sent]!, salt));
      if (pieces.length > 0) socket.write(Buffer.concat(pieces));
      const { hangs_up, alone } = requests[0]!;
      if (hangs_up) setTimeout(end, 1);
      // Of a request that breaks HTTP, the server may wait for more.
      else if (alone) socket.end();
    };
    socket.on('connect', send);
    socket.on('error', () => undefined);
    socket.on('close', end);
    socket.on('data', (bytes) => {
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
      for (;;) {
        const read = readAnswer(unread, requests[answers.length]?.method ?? 'GET');
        if (read === undefined) break;
        unread = unread.subarray(read.end);
        if (read.answer.status < 200) continue;
        answers.push(read.answer);
        timer.refresh();
        if (read.answer.headers['connection'] === 'close' || answers.length === requests.length) return end();
      }
      if (sent < requests.length) send();
    });
  });
}

/** The first whole answer in some bytes. */
function readAnswer(bytes: Buffer, method: string): { answer: Answer; end: number } | undefined {
  const head_end = bytes.indexOf('\r\n\r\n');
  if (head_end < 0) return undefined;
  const [line = '', ...lines] = bytes.toString('latin1', 0, head_end).split('\r\n');
  const status = Number(line.split(' ')[1]);
  const headers = Object.fromEntries(
    lines.map((text) => [text.slice(0, text.indexOf(':')).toLowerCase(), text.slice(text.indexOf(':') + 1).trim()]),
  );
  const start = head_end + 4;
  const empty = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  if (empty) return { answer: { status, headers, body: '' }, end: start };
  if (headers['transfer-encoding'] === 'chunked') return readChunks(bytes, start, { status, headers, body: '' });
  const end = start + Number(headers['content-length'] ?? 0);
  if (bytes.length < end) return undefined;
  return { answer: { status, headers, body: bytes.toString('utf8', start, end) }, end };
}

function readChunks(bytes: Buffer, start: number, answer: Answer): { answer: Answer; end: number } | undefined {
  const pieces: Buffer[] = [];
  for (let at = start; ; ) {
    const line_end = bytes.indexOf('\r\n', at);
    if (line_end < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line_end), 16);
    const end = line_end + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { answer: { ...answer, body: Buffer.concat(pieces).toString('utf8') }, end };
    pieces.push(bytes.subarray(line_end + 2, end - 2));
    at = end;
  }
}
