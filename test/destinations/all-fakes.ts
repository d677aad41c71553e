/** A fake of each kind of destination, with the configuration that leads a server to it, and how each documents that it fails. */
import { generateKeyPairSync } from 'node:crypto';
import { startAdobeDataInsertion } from './fakes/adobe-data-insertion.ts';
import { edgeError, startAdobeEdge } from './fakes/adobe-edge.ts';
import { startCustom } from './fakes/custom.ts';
import { startGA4 } from './fakes/ga4.ts';
import { googleError, startGoogleDataManager } from './fakes/google-data-manager.ts';
import { metaError, startMeta } from './fakes/meta.ts';
import { startSalesforceDataCloud } from './fakes/salesforce-data-cloud.ts';
import { inUnits, startSegment } from './fakes/segment.ts';
import type { FakeServer, Fault } from './fakes/server.ts';
import { startWebhook } from './fakes/webhook.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const COMMON: readonly Fault[] = [
  { reply: { status: 429, headers: { 'retry-after': '120' } } },
  { reply: { status: 500, body: 'down' }, times: 3 },
  { reply: { status: 503, headers: { 'retry-after': '60' } } },
  { cut: 'before' },
  { cut: 'after', times: 2 },
  { hang: true },
];

/** What a destination says of an order in the end. Those without credit know its value alone. */
export interface Shown {
  net_cents: number;
  email_cents?: number;
}

export interface Place {
  fake: FakeServer;
  config: object;
  faults: ReadonlyArray<Fault | (() => void)>;
  shown: () => Map<string, Shown>;
  /** What it would take in silence and not show as it was meant. */
  wrong?: readonly string[];
}

const cents = (amount: unknown): number => Math.round(Number(amount) * 100);
const mapped = <T>(orders: ReadonlyMap<string, T>, show: (order: T) => Shown): Map<string, Shown> =>
  new Map([...orders].map(([id, order]) => [id, show(order)]));
const withCredit = ({ net, email_credit }: { net: number; email_credit: number }): Shown => ({
  net_cents: cents(net),
  email_cents: cents(email_credit),
});

/** @param clock the time of all servers. */
export async function startAllFakes(clock: () => number): Promise<Record<string, Place>> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const private_key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  const app = { client_id: 'consumer', username: 'me@shop.example', connector: 'tributary', public_key: publicKey };
  const [hook, own, segment, jitsu] = [
    await startWebhook(SECRET, clock),
    await startCustom('right'),
    await startSegment('segment', 'key'),
    await startSegment('jitsu', 'key:secret'),
  ];
  const [salesforce, ga4, meta, google, edge, insertion] = [
    await startSalesforceDataCloud(app, clock),
    await startGA4(clock),
    await startMeta(clock),
    await startGoogleDataManager(clock, pem),
    await startAdobeEdge(),
    await startAdobeDataInsertion(clock),
  ];
  const service_account = JSON.stringify({ client_email: 'robot@project.iam.gserviceaccount.com', private_key });
  const event_sums = (fake: typeof segment) => (): Map<string, Shown> => {
    const states = mapped(fake.stateByOrder(), withCredit);
    // All events of an order add up to its newest state.
    for (const [id, { net, email_credit }] of fake.sumsByOrder()) {
      const { net_cents, email_cents } = states.get(id)!;
      if (net !== inUnits(net_cents / 100) || email_credit !== inUnits(email_cents! / 100)) states.delete(id);
    }
    return states;
  };
  return {
    webhook: {
      fake: hook,
      config: { kind: 'webhook', options: { url: `${hook.url}/hook` }, secrets: { signing_secret: SECRET } },
      faults: COMMON,
      shown: () => mapped(hook.stateByOrder(), withCredit),
    },
    custom: {
      fake: own,
      config: {
        kind: 'custom',
        secrets: { token: 'right' },
        template: {
          method: 'PUT',
          url: `${own.url}/shop/orders/{{conversion_id}}`,
          headers: { authorization: 'Bearer {{secret.token}}' },
          body: { net: '{{state.net}}', email_credit: '{{state.email_credit}}', revision: '{{revision}}' },
        },
      },
      faults: COMMON,
      shown: () => mapped(own.stateByOrder(), withCredit),
    },
    segment: {
      fake: segment,
      config: { kind: 'segment', options: { base_url: segment.url }, secrets: { write_key: 'key' } },
      faults: COMMON,
      shown: event_sums(segment),
      wrong: segment.dropped,
    },
    jitsu: {
      fake: jitsu,
      config: { kind: 'jitsu', options: { base_url: jitsu.url }, secrets: { write_key: 'key:secret' } },
      faults: [...COMMON, () => jitsu.throttle(2)],
      shown: event_sums(jitsu),
    },
    salesforce: {
      fake: salesforce,
      config: {
        kind: 'salesforce_data_cloud',
        options: {
          connector: 'tributary',
          client_id: 'consumer',
          username: 'me@shop.example',
          base_url: salesforce.url,
        },
        secrets: { private_key },
      },
      faults: [...COMMON, salesforce.revoke],
      shown: () => mapped(salesforce.stateByOrder(), withCredit),
    },
    ga4: {
      fake: ga4,
      config: {
        kind: 'ga4',
        options: { measurement_id: 'G-ABC123', base_url: ga4.url },
        secrets: { api_secret: 'right' },
      },
      faults: COMMON,
      shown: () => mapped(ga4.stateByOrder(), (order) => ({ net_cents: order.cents })),
      wrong: ga4.dropped,
    },
    meta: {
      fake: meta,
      config: {
        kind: 'meta',
        options: { dataset_id: '123', base_url: meta.url },
        secrets: { access_token: 'right' },
      },
      faults: [...COMMON, { reply: metaError(2, 'Service temporarily unavailable', { is_transient: true }, 500) }],
      shown: () => mapped(meta.stateByOrder(), (value) => ({ net_cents: cents(value) })),
    },
    google: {
      fake: google,
      config: {
        kind: 'google_data_manager',
        options: {
          account_id: '111',
          conversion_action_id: '222',
          base_url: google.url,
          token_url: `${google.url}/token`,
        },
        secrets: { service_account },
      },
      faults: [...COMMON, google.expireTokens, { reply: googleError(429, 'RESOURCE_EXHAUSTED') }],
      shown: () => mapped(google.stateByOrder(), (value) => ({ net_cents: cents(value) })),
    },
    edge: {
      fake: edge,
      config: {
        kind: 'adobe_edge',
        options: {
          datastream_id: 'stream',
          org_id: 'ORG@AdobeOrg',
          client_id: 'client',
          customer_namespace: 'CRMID',
          base_url: edge.url,
          token_url: `${edge.url}/token`,
        },
        secrets: { client_secret: 'right' },
      },
      faults: [
        ...COMMON,
        edge.expireTokens,
        () => edge.failPart([0]),
        () => edge.failPart(null),
        { reply: edgeError('0201-503', 'Upstream is unavailable') },
      ],
      shown: () =>
        mapped(edge.stateByOrder(), ({ net_value, email_credit }) => ({
          net_cents: cents(net_value),
          email_cents: cents(email_credit),
        })),
    },
    insertion: {
      fake: insertion,
      config: {
        kind: 'adobe_data_insertion',
        options: { base_url: insertion.url, report_suite_id: 'rsid', refund_event: 'event20' },
      },
      faults: COMMON,
      shown: () => mapped(insertion.stateByOrder(), (order) => ({ net_cents: order.cents })),
      wrong: insertion.wrong,
    },
  };
}
