/** Opens a data folder and serves it over HTTP. */
import type { Config } from '../config.ts';
import { TributaryError } from '../domain/errors.ts';
import type { MadeKey } from '../server/key.ts';
import { KeyRing } from '../server/keys.ts';
import { type ServeOptions, type ServerHandle, serve } from '../server/serve.ts';
import { Setup } from '../server/setup.ts';
import type { Role, Tributary } from '../tributary.ts';
import { configOf, type DataOptions, type Openers, runningServer } from './connect.ts';
import { type Io, warn } from './io.ts';

/** One of several servers that were started together. */
export interface Member {
  number: number;
  /** The data folder of all of them, which has their state. */
  folder: string;
}

/** Shares the state of the others, and gives a configured name to one of them only. */
function joinOthers(config: Config, { number, folder }: Member): void {
  if (config.state.engine === 'file') config.state.folder = folder;
  if (config.collector_id !== null) config.collector_id = `${config.collector_id}-${number}`;
}

export interface Server extends ServerHandle {
  /** Keys that the first start made. They are shown once. */
  made: readonly MadeKey[];
  /** The token for the setup in the browser; null if this is no first start. It is shown once. */
  setup_token: string | null;
  tributary: Tributary;
}

/**
 * Opens a data folder and serves it.
 * @param offers_setup true if a first start also makes a token for the setup in the browser.
 */
export async function startServer(
  io: Io,
  open: Openers,
  { data, ...settings }: DataOptions,
  {
    role = 'all',
    member,
    offers_setup = false,
    ...options
  }: ServeOptions & {
    role?: Role;
    member?: Member;
    offers_setup?: boolean;
  },
): Promise<Server> {
  const running = await runningServer(data);
  if (running)
    throw new TributaryError(
      'conflict',
      `--data: a server is running on ${data} already, at ${running.address}; stop it first, or name another folder`,
    );
  const config = configOf(io, settings);
  if (member !== undefined) joinOthers(config, member);
  io.outlive();
  let onError: ServerHandle['onError'] = warn(io);
  const tributary = await open.openTributary({
    folder: data,
    config,
    role,
    clock: io.clock,
    onError: (error, what) => onError(error, what),
  });
  try {
    const keys = await KeyRing.open(tributary.state, data, io.env, io.clock);
    const setup_token = offers_setup ? await new Setup(tributary.state, keys, io.clock).offer() : null;
    const handle = await serve(tributary, keys, options);
    onError = handle.onError;
    return { ...handle, made: keys.made, setup_token, tributary };
  } catch (error) {
    await tributary.close();
    throw error;
  }
}

/** The text that shows keys of the first start. They are not shown again. */
export function madeKeys(made: readonly MadeKey[]): string {
  if (made.length === 0) return '';
  const lines = made.map(({ key, scopes }) => `  ${scopes.join(', ').padEnd(6)} ${key}\n`).join('');
  return `\nKeys of this first start. They are not shown again: note them now, or make others with \`tributary keys create\`.\n${lines}\n`;
}

/** The text that shows the token for the setup in the browser. It is not in the address, since addresses are kept in histories. */
export function setupText({ setup_token, address }: Pick<Server, 'setup_token' | 'address'>): string {
  if (setup_token === null) return '';
  return `Or open ${address} and enter this setup token within an hour: it makes an admin key of its own and signs you in, once.\n  ${setup_token}\n\n`;
}
