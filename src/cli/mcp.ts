/**
 * `tributary mcp`: the tools for assistants over standard input and output, one message of JSON-RPC a line. Each message goes to `POST /mcp`
 * of the server that runs on the data folder, of a server elsewhere, or of this process.
 */
import type { Command } from 'commander';
import { failedMessage } from '../assistants/protocol.ts';
import { badRequest, TributaryError } from '../domain/errors.ts';
import type { Client } from './client.ts';
import { connect, type DataOptions } from './connect.ts';
import { HttpClient } from './http-client.ts';
import { stopped } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';

interface McpOptions extends DataOptions {
  url?: string;
  persons: boolean;
}

/** The variable with the key for `--url`. A key in an argument would be seen in the list of processes. */
const KEY_VARIABLE = 'TRIBUTARY_MCP_KEY';
const MAX_LINE_LENGTH = 1_000_000;
/** Messages that are answered at the same time. Further ones wait in the input. */
const MAX_AT_ONCE = 16;
/** A data folder that nobody asks is closed after this time, so that other commands may open it. */
const IDLE_MS = 10_000;

export function addMcpCommand(program: Command, context: Context): void {
  const { io } = context;
  const command = program
    .command('mcp')
    .description('Serve the tools for assistants (Model Context Protocol) on standard input and output')
    .option('--url <address>', `ask a server elsewhere, with the key in ${KEY_VARIABLE}`)
    .option('--persons', 'answers may tell of single persons and orders', false);
  withData(command, io).action(async (options: McpOptions) => {
    const door = new ClientDoor(openerOf(context, options));
    const path = options.persons ? '/mcp?persons=true' : '/mcp';
    try {
      await answerLines(context, async (message) => door.use((client) => client.post(path, message)));
    } finally {
      await door.close();
    }
  });
}

function openerOf({ io, open }: Context, options: McpOptions): () => Promise<Client> {
  const { url } = options;
  if (url === undefined) {
    mustExist(options.data);
    return async () => {
      const client = await connect(io, open, options);
      await client.settle();
      return client;
    };
  }
  const token = io.env[KEY_VARIABLE];
  if (token === undefined || token === '')
    throw badRequest(KEY_VARIABLE, 'is not set; put a key of scope view or read there, which --url needs');
  const address = addressOf(url);
  return async () => new HttpClient({ address, token, collects: false }, io);
}

/** The address of a server without its path. A key goes in clear only to this machine. @throws bad_request. */
function addressOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const is_near = parsed !== undefined && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(parsed.hostname);
  if (parsed === undefined || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && is_near)))
    throw badRequest(
      '--url',
      'must be an address with https, such as https://tributary.example; http is for this machine',
    );
  return parsed.origin;
}

/** Reads messages until the input ends or Ctrl-C. Several are answered at a time, as the protocol allows. */
async function answerLines({ io }: Context, post: (message: unknown) => Promise<unknown>): Promise<void> {
  const open = new Set<Promise<void>>();
  const stop = stopped(io).then(() => null);
  for (;;) {
    const line = await Promise.race([io.ask(''), stop]);
    if (line === null) break;
    if (line.trim() === '') continue;
    const work = answerLine(line, post)
      .then((answer) => (answer === null ? undefined : io.out(`${JSON.stringify(answer)}\n`)))
      .finally(() => open.delete(work));
    open.add(work);
    if (open.size >= MAX_AT_ONCE) await Promise.race(open);
  }
  await Promise.all(open);
  io.endInput();
}

async function answerLine(line: string, post: (message: unknown) => Promise<unknown>): Promise<unknown> {
  let message: unknown;
  try {
    if (line.length > MAX_LINE_LENGTH) throw new RangeError();
    message = JSON.parse(line);
  } catch {
    return failedMessage(undefined, 'parse', `must be a line of JSON of at most ${MAX_LINE_LENGTH} characters`);
  }
  try {
    return (await post(message)) ?? null;
  } catch (error) {
    if (isNotification(message)) return null;
    const why = error instanceof TributaryError ? error.message : 'the call failed';
    return failedMessage(message, 'internal', why);
  }
}

const isNotification = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && !Array.isArray(message) && !('id' in message);

/** A client that is opened when it is needed and closed when nobody needs it. */
class ClientDoor {
  private client: Promise<Client> | undefined;
  private is_local = false;
  private users = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Closing of an earlier client, which a new one waits for: a data folder is open once. */
  private closing: Promise<void> = Promise.resolve();

  constructor(private readonly open: () => Promise<Client>) {}

  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    clearTimeout(this.timer);
    this.users += 1;
    try {
      this.client ??= this.closing.then(this.open);
      const client = await this.client;
      this.is_local = client.local;
      return await work(client);
    } catch (error) {
      // A server that went away may come back at another address.
      if (error instanceof TributaryError && error.code === 'warehouse_unavailable' && !this.is_local) this.forget();
      throw error;
    } finally {
      this.users -= 1;
      if (this.users === 0) this.timer = setTimeout(() => this.forget(), IDLE_MS);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.forget();
    await this.closing;
  }

  private forget(): void {
    const { client } = this;
    this.client = undefined;
    if (client !== undefined)
      this.closing = client.then(
        (open) => open.close(),
        () => undefined,
      );
  }
}
