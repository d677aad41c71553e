/** What destinations and pulls may reach, from the configuration on: by https, what is public; anything else only where it is allowed. */
import { generateKeyPairSync } from 'node:crypto';
import dns from 'node:dns';
import { createServer } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { DESTINATION_KINDS } from '../../src/destinations/index.ts';
import { OutNetwork } from '../../src/network/network.ts';
import { pullSourceNamed } from '../../src/pulls/index.ts';
import { ADMIN, startServer } from '../server/harness.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const private_key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const WEBHOOK_KEY = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const GOOGLE_SECRETS = { client_id: 'a', client_secret: 'b', refresh_token: 'c' };

type File = { kind: string; options?: Record<string, string>; secrets?: Record<string, string>; template?: object };

/** A right configuration of each kind. */
const DESTINATIONS: readonly File[] = [
  { kind: 'ga4', options: { measurement_id: 'G-ABC123' }, secrets: { api_secret: 's' } },
  { kind: 'meta', options: { dataset_id: '1' }, secrets: { access_token: 't' } },
  { kind: 'google_data_manager', options: { account_id: '1', conversion_action_id: '2' }, secrets: GOOGLE_SECRETS },
  {
    kind: 'adobe_edge',
    options: { datastream_id: 'd', org_id: 'ORG@AdobeOrg', client_id: 'c' },
    secrets: { client_secret: 's' },
  },
  { kind: 'adobe_data_insertion', options: { report_suite_id: 'r', base_url: 'https://shop.example' } },
  { kind: 'segment', secrets: { write_key: 'k', erasure_token: 't' } },
  { kind: 'rudderstack', options: { base_url: 'https://shop.example' }, secrets: { write_key: 'k' } },
  { kind: 'jitsu', options: { base_url: 'https://shop.example' }, secrets: { write_key: 'k:s' } },
  {
    kind: 'salesforce_data_cloud',
    options: { connector: 'c', client_id: 'i', username: 'u' },
    secrets: { private_key },
  },
  { kind: 'webhook', options: { url: 'https://shop.example' }, secrets: { signing_secret: WEBHOOK_KEY } },
  { kind: 'custom', template: { url: 'https://shop.example', body: {} } },
];
const PULLS: readonly File[] = [
  { kind: 'google_ads', options: { customer_id: '1234567890' }, secrets: { developer_token: 'd', ...GOOGLE_SECRETS } },
  { kind: 'meta_ads', options: { account_id: '1' }, secrets: { access_token: 't' } },
  { kind: 'spend_sheet', secrets: { url: 'https://shop.example/costs.csv' } },
];

/** Options that lead requests somewhere, by their names. */
const isAddress = (name: string): boolean => /^(?:url|audience)$|(?:base|token|erasure)_url$/.test(name);

/** Every setting with a URL, with the configuration that has another one there. */
const SETTINGS = [
  ...DESTINATIONS.flatMap((file) => placesOf('destinations', file, DESTINATION_KINDS.get(file.kind)!)),
  ...PULLS.flatMap((file) => placesOf('pulls', file, pullSourceNamed(file.kind) as object)),
];

function placesOf(part: string, file: File, { options, secrets }: { options?: object; secrets?: object }) {
  const placed = (where: 'options' | 'secrets' | 'template', name: string) => ({
    ...{ part, kind: file.kind, setting: `${where}.${name}` },
    config: (url: string, more: object = {}) => ({
      [part]: { one: { ...file, [where]: { ...file[where], [name]: url }, ...more } },
    }),
  });
  return [
    ...Object.keys(options ?? {})
      .filter(isAddress)
      .map((name) => placed('options', name)),
    ...Object.keys(secrets ?? {})
      .filter(isAddress)
      .map((name) => placed('secrets', name)),
    ...(file.template === undefined ? [] : [placed('template', 'url')]),
  ];
}

test('the tables have every kind and every setting with an address', () => {
  expect(DESTINATIONS.map(({ kind }) => kind).sort()).toEqual([...DESTINATION_KINDS.keys()].sort());
  expect(SETTINGS.length).toBe(19);
  const named = [...DESTINATION_KINDS.values()].flatMap(({ options = {} }) => Object.keys(options));
  // A page that is told to Meta and never asked.
  expect(named.filter((name) => name.includes('url') && !isAddress(name))).toEqual(['event_source_url']);
});

test.each(SETTINGS)(
  '$part of kind $kind with plain http or an own address as $setting are refused at the start, unless private_network is set',
  ({ part, setting, config }) => {
    // test/network/addresses.test.ts has all forms of addresses.
    for (const url of ['http://shop.example/x', 'https://2130706433/x', 'https://[::ffff:10.0.0.1]/x']) {
      expect(() => makeConfig(config(url))).toThrow(
        expect.objectContaining({
          code: 'bad_request',
          field: `config.${part}.one.${setting}`,
          message: expect.stringContaining('set private_network to true'),
        }),
      );
      expect(() => makeConfig(config(url, { private_network: true }))).not.toThrow();
    }
  },
);

/** Answers of the resolver, one after the other; the last one for good. */
function resolving(...answers: string[][]): () => number {
  let asked = 0;
  const fake = (_host: string, _options: object, done: (error: null, found: object[]) => void): void => {
    const found = answers[Math.min(asked++, answers.length - 1)]!;
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  vi.spyOn(dns, 'lookup').mockImplementation(fake as never);
  syncBuiltinESMExports();
  return () => asked;
}
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const get = (url: string) => ({ method: 'GET' as const, url, headers: {}, body: '' });

const OWN = [['127.0.0.1'], ['::1'], ['::ffff:10.0.0.1'], ['169.254.169.254'], ['fd12::1'], ['8.8.8.8', '10.0.0.1']];

describe('a name', () => {
  test('that resolves to an own address is refused for destinations and pulls alike', async () => {
    const hook = {
      ...DESTINATIONS.find(({ kind }) => kind === 'webhook')!,
      options: { url: 'https://hook.example/x' },
    };
    const config = { destinations: { hook }, pulls: { sheet: PULLS.find(({ kind }) => kind === 'spend_sheet')! } };
    const server = await startServer({ config });
    for (const addresses of OWN) {
      vi.restoreAllMocks();
      resolving(addresses);
      const { body } = await server.post('/v1/destinations/hook/check', undefined, ADMIN);
      expect([addresses, body]).toMatchObject([
        addresses,
        { result: 'problem', field: 'options.url', message: /not public/ },
      ]);
    }
    server.tributary.followers.start();
    const pull = async () => (await server.get('/v1/pulls', ADMIN)).body.pulls[0];
    await expect.poll(pull, { timeout: 60_000 }).toMatchObject({ status: 'failing', last_error: /not public/ });
  });

  test('that changes its address after the check is never reached: the checked answer is the one that is used', async () => {
    let reached = 0;
    const own = createServer((_request, answer) => {
      reached += 1;
      answer.end();
    });
    await new Promise<void>((done) => own.listen(0, '127.0.0.1', done));
    onTestFinished(() => void own.close());
    const { port } = own.address() as AddressInfo;
    // 192.88.98.1 is public, and nobody answers there within the time.
    const asked = resolving(['192.88.98.1'], ['127.0.0.1']);
    const network = new OutNetwork(false, 300);
    onTestFinished(() => network.close());
    await expect(network.send(get(`https://rebinding.example:${port}/`))).rejects.toThrow(/no connection|no answer/);
    expect([asked(), reached]).toEqual([1, 0]);
    // The next connection looks again, and is refused.
    await expect(network.send(get(`https://rebinding.example:${port}/`))).rejects.toThrow(/not public/);
    await expect(network.reach(`https://rebinding.example:${port}/`)).rejects.toThrow(/not public/);
    expect(reached).toBe(0);
  });
});
