/**
 * Sends requests to the servers of others: destinations, and those that spend is read from. It never follows a redirect, and it connects only to public addresses over https, unless
 * the settings say that it may have an address of this network. Each name is looked up once for each connection, and that answer is checked and
 * used, so a name that changes its address afterwards leads nowhere.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type LookupFunction } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isPublicAddress, targetProblem } from './addresses.ts';
import type { OutAnswer, SentRequest } from './request.ts';

const TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 64_000;
const MAX_SOCKETS = 16;

/** A request that cannot be sent to where it leads, or whose answer is too large. The message holds no URL, because a URL may hold a secret. */
export class Forbidden extends Error {}

/** No answer came to a request that may have arrived. */
export class LostAnswer extends Error {}

/** Looks names up, and gives only addresses that may be reached. */
const guardedLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '', 4);
    const addresses = found as unknown as LookupAddress[];
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      return done(new Forbidden('the host has an address that is not public'), '', 4);
    if (options.all) return (done as unknown as (error: null, all: LookupAddress[]) => void)(null, addresses);
    done(null, addresses[0]!.address, addresses[0]!.family);
  });
};

export class OutNetwork {
  private readonly agents: { http: HttpAgent; https: HttpsAgent };

  constructor(
    private readonly private_network: boolean,
    private readonly timeout_ms = TIMEOUT_MS,
    /** Answers are read whole up to so many bytes, and larger ones fail. Null for the first 64 kB of any answer. */
    private readonly whole_bytes: number | null = null,
  ) {
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS, ...(private_network ? {} : { lookup: guardedLookup }) };
    this.agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  }

  /**
   * Sends a request. @throws Forbidden for an address that may not be reached, LostAnswer if it may have arrived and no answer came in
   * time, and another error if there is no connection. None of them names the URL.
   */
  async send({ method, url, headers, body }: SentRequest, signal?: AbortSignal): Promise<OutAnswer> {
    const target = this.checked(url);
    const is_https = target.protocol === 'https:';
    const limit = AbortSignal.timeout(this.timeout_ms);
    const { whole_bytes } = this;
    const kept_bytes = whole_bytes ?? MAX_ANSWER_BYTES;
    return new Promise<OutAnswer>((resolve, reject) => {
      let is_connected = false;
      const failureOf = (error: NodeJS.ErrnoException): Error => {
        if (error instanceof Forbidden) return error;
        const reason = limit.aborted
          ? `no answer within ${this.timeout_ms / 1_000} seconds`
          : `no ${is_connected ? 'answer' : 'connection'} (${error.code ?? 'aborted'})`;
        return is_connected ? new LostAnswer(reason) : new Error(reason);
      };
      const fail = (error: NodeJS.ErrnoException): void => reject(failureOf(error));
      const bytes = Buffer.from(body);
      const sent = (is_https ? httpsRequest : httpRequest)(
        target,
        {
          method,
          agent: is_https ? this.agents.https : this.agents.http,
          headers: { ...headers, 'content-length': String(bytes.length) },
          signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        },
        (answer) => {
          const parts: Buffer[] = [];
          let length = 0;
          answer.on('data', (part: Buffer) => {
            if (length < kept_bytes) parts.push(part);
            length += part.length;
            if (length > (whole_bytes ?? 16 * MAX_ANSWER_BYTES)) answer.destroy();
          });
          answer.on('error', fail);
          answer.on('close', () => {
            if (whole_bytes !== null && length > whole_bytes)
              return reject(new Forbidden(`the answer is larger than ${whole_bytes >> 20} MB`));
            const bytes = Buffer.concat(parts).subarray(0, kept_bytes);
            resolve({
              status: answer.statusCode ?? 0,
              headers: Object.fromEntries(
                Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
              ),
              body: bytes.toString('utf8'),
              ...(whole_bytes === null ? {} : { bytes }),
            });
          });
        },
      );
      const connected = (): void => {
        is_connected = true;
      };
      sent.on('socket', (socket) => {
        if (sent.reusedSocket || !socket.connecting) connected();
        else socket.once(is_https ? 'secureConnect' : 'connect', connected);
      });
      sent.on('error', fail);
      sent.end(bytes);
    });
  }

  /** Connects to where a URL leads, and sends nothing. @throws as {@link send}. */
  async reach(url: string): Promise<void> {
    const target = this.checked(url);
    const is_https = target.protocol === 'https:';
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const options = {
      host,
      port: Number(target.port) || (is_https ? 443 : 80),
      ...(this.private_network ? {} : { lookup: guardedLookup }),
    };
    const socket = is_https
      ? connectTls({ ...options, ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connectTcp(options);
    const limit = setTimeout(() => socket.destroy(new Error('timeout')), this.timeout_ms);
    try {
      await once(socket, is_https ? 'secureConnect' : 'connect');
    } catch (error) {
      if (error instanceof Forbidden) throw error;
      throw new Error(`no connection (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`);
    } finally {
      clearTimeout(limit);
      socket.destroy();
    }
  }

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private checked(url: string): URL {
    const target = URL.canParse(url) ? new URL(url) : null;
    if (target === null) throw new Forbidden('the URL cannot be read');
    if (this.private_network && /^https?:$/.test(target.protocol)) return target;
    const problem = targetProblem(target);
    if (problem !== null) throw new Forbidden(`the URL ${problem}`);
    return target;
  }
}
