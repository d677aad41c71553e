/** A new installation as an operator starts it, with an identity provider, and a browser for its dashboard. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ARGS, CHROMIUM } from '../support/chromium.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../support/identity-provider.ts';
import { Demo } from './demo.ts';

/** The last part of the URL of the source. */
export const PATH_TOKEN = 'a-path-of-twenty-characters';

const ROLES = [
  { group: 'marketing', role: 'analyst', brands: ['shop-eu', 'shop-us'] },
  { group: 'board', role: 'viewer' },
];

export class Installation extends Demo {
  /** Printed by the server at its start. */
  setup_token = '';
  admin_key = '';
  provider!: IdentityProvider;

  /** @param more settings over those of {@link settings}. */
  static override async start(more: object = {}): Promise<Installation> {
    const address = `http://127.0.0.1:${await freePort()}`;
    const provider = await startIdentityProvider(address);
    const folder = temporaryFolder();
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ ...settings(provider.issuer, address), ...more }));
    const bin = join(import.meta.dirname, '../../bin/tributary.js');
    const argv = ['serve', '--data', join(folder, 'data'), '--config', config, '--port', new URL(address).port];
    const child = spawn(process.execPath, [bin, ...argv], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TRIBUTARY_LOG_LEVEL: 'silent' },
    });
    const said = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout!.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (/trb_setup_\S+\s/.test(text)) resolve(text);
      });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${text.slice(-2_000)}`)));
    });
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    mkdirSync(join(import.meta.dirname, '../../dist/screenshots'), { recursive: true });
    const found = (pattern: RegExp): string => pattern.exec(said)?.[0] ?? '';
    const keys = { read: found(/trb_read_\S+/), write: found(/trb_write_\S+/) };
    const [setup_token, admin_key] = [found(/trb_setup_\S+/), found(/trb_admin_\S+/)];
    return Object.assign(new Installation(child, address, keys, browser), { setup_token, admin_key, provider });
  }

  /** A call with the admin key. @returns the answer, which must be no refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  async post(path: string, body: unknown, key = this.admin_key): Promise<any> {
    const answer = await fetch(this.address + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.provider.close();
  }
}

function settings(issuer: string, public_url: string): object {
  return {
    brands: {
      'shop-eu': { currency: 'EUR', time_zone: 'Europe/Berlin', half_life_days: 14 },
      'shop-us': { currency: 'EUR' },
    },
    sources: {
      mail: {
        provider: 'postmark',
        brand_id: 'shop-eu',
        path_token: PATH_TOKEN,
        basic_auth: { user: 'postmark', password: 'a password' },
      },
    },
    oidc: {
      issuer,
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      public_url,
      name: 'Example SSO',
      scope: 'openid profile groups',
      roles: ROLES,
    },
  };
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
