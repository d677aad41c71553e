/** Amazon SES through Amazon SNS at a running server: each event becomes what it is, once, and only by a signature of SNS. */
import { sign } from 'node:crypto';
import { EventEmitter } from 'node:events';
import https from 'node:https';
import { generate } from 'selfsigned';
import MessageValidator from 'sns-validator';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type SourceServer, startSource } from './harness.ts';

const sns = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], { keySize: 2048 });
const other = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], { keySize: 2048 });
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:mail';
const CERTIFICATE_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-of-the-tests.pem';
const SUBSCRIBE_URL = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`;
const SOURCE = { provider: 'ses', options: { topic_arns: [TOPIC] } };
const RAW = {
  provider: 'ses',
  path_token: 'a-token-of-more-than-twenty-characters',
  basic_auth: { user: 'sns', password: 'secret' },
  options: { topic_arns: [TOPIC], raw_messages: 'yes' },
};

type Message = Record<string, string>;
const FIELDS = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

function signedBy(key: string, message: Message): Message {
  const text = FIELDS.flatMap((name) => (message[name] === undefined ? [] : [`${name}\n${message[name]}\n`])).join('');
  const hash = message['SignatureVersion'] === '1' ? 'sha1' : 'sha256';
  return { ...message, Signature: sign(hash, Buffer.from(text), key).toString('base64') };
}

let ids = 0;
const notice = (event: unknown, rest: Message = {}, key = sns.private): Message =>
  signedBy(key, {
    Type: 'Notification',
    MessageId: `sns-${ids++}`,
    TopicArn: TOPIC,
    Subject: 'Amazon SES Email Event Notification',
    Message: typeof event === 'string' ? event : JSON.stringify(event),
    Timestamp: '2026-03-10T10:00:00.000Z',
    SignatureVersion: '2',
    SigningCertURL: CERTIFICATE_URL,
    ...rest,
  });
const confirmation = (rest: Message = {}): Message => {
  const { Subject: _none, ...message } = notice('You have chosen to subscribe', {
    Type: 'SubscriptionConfirmation',
    Token: 't',
    SubscribeURL: SUBSCRIBE_URL,
    ...rest,
  });
  return signedBy(sns.private, message);
};
const TEXT = { 'content-type': 'text/plain; charset=UTF-8' };
const post = (server: SourceServer, message: Message) => server.deliver(JSON.stringify(message), TEXT);

const asked: string[] = [];
beforeEach(() => {
  asked.length = 0;
  const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (url) => {
    asked.push(String(url));
    if (String(url).endsWith('missing.pem')) return new Response('', { status: 404 });
    return new Response(String(url).endsWith('.pem') ? sns.cert : '<ConfirmSubscriptionResponse/>');
  });
  onTestFinished(() => void fetched.mockRestore());
});

const AT = '2026-03-10T09:00:00.000Z';
const event = (eventType: string, details: object, mail: object = {}) => ({
  eventType,
  mail: {
    timestamp: '2026-03-10T08:59:00.000Z',
    messageId: 'message-1',
    destination: ['Anna@Example.com'],
    tags: { campaign_id: ['spring-sale'], 'ses:configuration-set': ['set'] },
    ...mail,
  },
  ...details,
});
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const client = { timestamp: AT, ipAddress: '203.0.113.7', userAgent: CHROME };
const topics = (status: string) => ({
  unsubscribeAll: false,
  topicSubscriptionStatus: [{ topicName: 'news', subscriptionStatus: status }],
});
const bounced = [
  { emailAddress: 'anna@example.com', diagnosticCode: 'smtp; 550 anna@example.com unknown' },
  { emailAddress: 'bert@example.com' },
];
const ALL = [
  event('Send', { send: {} }, { tags: { 'ses:configuration-set': ['set'] } }),
  event('Delivery', { delivery: { timestamp: AT, recipients: ['anna@example.com'], smtpResponse: '250 OK' } }),
  event('DeliveryDelay', { deliveryDelay: { timestamp: AT, delayedRecipients: bounced.slice(0, 1) } }),
  event('Bounce', { bounce: { bounceType: 'Permanent', bouncedRecipients: bounced, timestamp: AT } }),
  event('Bounce', { bounce: { bounceType: 'Transient', bouncedRecipients: bounced.slice(1), timestamp: AT } }),
  event('Reject', { reject: { reason: 'Bad content' } }),
  event('Rendering Failure', { failure: { errorMessage: 'an attribute is missing' } }),
  event('Complaint', { complaint: { complainedRecipients: bounced.slice(1), timestamp: AT } }),
  event('Complaint', {
    complaint: { complainedRecipients: bounced.slice(1), complaintFeedbackType: 'not-spam', timestamp: AT },
  }),
  event('Subscription', {
    subscription: { timestamp: AT, oldTopicPreferences: topics('OptIn'), newTopicPreferences: topics('OptOut') },
  }),
  event('Subscription', {
    subscription: { timestamp: AT, oldTopicPreferences: topics('OptOut'), newTopicPreferences: topics('OptIn') },
  }),
  event('SomethingNew', {}),
  // A classic notification, which has no tags.
  {
    notificationType: 'Delivery',
    delivery: { timestamp: '2026-03-10T09:10:00Z', recipients: ['bert@example.com'] },
    mail: { timestamp: AT, messageId: 'message-2', destination: ['bert@example.com'] },
  },
  event('Open', { open: client }),
  event('Click', { click: { ...client, link: 'https://shop.example/sale', linkTags: { email_id: ['teaser'] } } }),
];

test('each event becomes what it is, for each recipient, also when it is posted twice', async () => {
  const server = await startSource(SOURCE);
  for (const [number, one] of ALL.entries()) {
    const message = notice(one, { SignatureVersion: number % 2 === 0 ? '1' : '2' });
    for (let i = 0; i < 2; i++)
      expect(await post(server, message)).toMatchObject({ status: 200, body: { unusable: 0, ignored: 0 } });
  }
  expect(await server.rows('email_events')).toMatchObject([
    { event_type: 'sent', provider: 'ses', campaign_id: 'set', message_id: 'message-1' },
    { event_type: 'delivered', campaign_id: 'spring-sale', reason: '250 OK' },
    { event_type: 'deferred' },
    { event_type: 'bounced', bounce_kind: 'hard', reason: 'smtp; 550 (address) unknown' },
    { event_type: 'bounced', bounce_kind: 'hard' },
    { event_type: 'bounced', bounce_kind: 'soft' },
    { event_type: 'dropped', reason: 'Bad content' },
    { event_type: 'dropped', reason: 'an attribute is missing' },
    { event_type: 'complained' },
    { event_type: 'other', reason: 'not-spam' },
    { event_type: 'unsubscribed' },
    { event_type: 'resubscribed' },
    { event_type: 'other', provider_event: 'SomethingNew' },
    { event_type: 'delivered', message_id: 'message-2' },
  ]);
  expect(await server.rows('touchpoints')).toMatchObject([
    { touchpoint_type: 'email_open', campaign_id: 'spring-sale', verdict: 'human' },
    { touchpoint_type: 'email_click', email_id: 'teaser', url: 'https://shop.example/sale', verdict: 'human' },
  ]);
  expect(asked.filter((url) => url === CERTIFICATE_URL).length).toBeLessThanOrEqual(1);
  expect(await server.status()).toMatchObject({ signed: true, deliveries: 2 * ALL.length, letters: 0 });
});

test('who opened a message to several is not guessed; sentences of the set-up are no events', async () => {
  const server = await startSource(SOURCE);
  const shared = event('Open', { open: client }, { destination: ['a@example.com', 'b@example.com'] });
  expect(await post(server, notice(shared))).toMatchObject({ status: 200, body: { accepted: 0, unusable: 1 } });
  const text = 'Successfully validated SNS topic for Amazon SES event publishing.';
  expect(await post(server, notice(text))).toMatchObject({ status: 200, body: { ignored: 1, unusable: 0 } });
});

test("the vendor's own validator takes what these tests sign", async () => {
  vi.spyOn(https, 'get').mockImplementation(((_: string, answer: (response: unknown) => void) => {
    const response = Object.assign(new EventEmitter(), { statusCode: 200 });
    answer(response);
    response.emit('data', sns.cert);
    response.emit('end');
    return new EventEmitter();
  }) as never);
  onTestFinished(() => void vi.restoreAllMocks());
  const validator = new MessageValidator();
  const judged = (message: Message) =>
    new Promise((resolve) => validator.validate({ ...message }, (error) => resolve(error?.message ?? 'valid')));
  for (const SignatureVersion of ['1', '2']) {
    expect(await judged(notice(ALL[0], { SignatureVersion }))).toBe('valid');
    expect(await judged(confirmation({ SignatureVersion }))).toBe('valid');
    expect(await judged(notice(ALL[0], { SignatureVersion }, other.private))).not.toBe('valid');
  }
});

const REFUSED: Array<[Message, string]> = [
  [notice(ALL[0], {}, other.private), 'does not fit the certificate'],
  [{ ...notice(ALL[0]), Message: JSON.stringify(ALL[7]) }, 'does not fit the certificate'],
  [notice(ALL[0], { TopicArn: `${TOPIC}-of-others` }), 'topic_arns'],
  [notice(ALL[0], { SignatureVersion: '3' }), 'SignatureVersion'],
  ...[
    'http://sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
    'https://sns.eu-west-1.amazonaws.com@evil.example/a.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
    'https://xsns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com/a.txt',
    'https://sns.eu-west-1.amazonaws.com/a.pem?Action=-----BEGIN%20CERTIFICATE-----',
    'https://sns.eu-west-1.amazonaws.com/a.pem#1',
    'no URL',
  ].map((SigningCertURL): [Message, string] => [notice(ALL[0], { SigningCertURL }), 'SigningCertURL']),
  [ALL[0] as unknown as Message, 'no message of Amazon SNS'],
];

test('a signature that does not fit is refused with 401, nothing changes, and no other host is asked', async () => {
  const server = await startSource(SOURCE);
  for (const [message, reason] of REFUSED) {
    const answer = await post(server, message);
    expect(answer.status).toBe(401);
    expect(answer.body.error.message).toContain(reason);
  }
  expect(await server.rows('email_events')).toEqual([]);
  expect(asked.filter((url) => url !== CERTIFICATE_URL)).toEqual([]);
});

test('a subscription is confirmed for a topic of the settings only, and only at SNS', async () => {
  const server = await startSource(SOURCE);
  expect((await post(server, confirmation())).status).toBe(200);
  expect(asked).toContain(SUBSCRIBE_URL);
  asked.length = 0;
  expect((await post(server, confirmation({ TopicArn: `${TOPIC}-of-others` }))).status).toBe(401);
  await post(server, confirmation({ SubscribeURL: 'https://evil.example/' }));
  expect((await post(server, confirmation({ Type: 'UnsubscribeConfirmation' }))).status).toBe(200);
  expect(asked.filter((url) => url !== CERTIFICATE_URL)).toEqual([]);
});

test('where the certificate cannot be had, the answer lets SNS try again', async () => {
  const server = await startSource(SOURCE);
  const SigningCertURL = 'https://sns.eu-west-1.amazonaws.com/missing.pem';
  expect((await post(server, notice(ALL[0], { SigningCertURL }))).status).toBe(503);
});

test('raw messages are taken with the secret URL and the password; envelopes are checked nevertheless', async () => {
  const server = await startSource(RAW);
  const path = `/v1/sources/hook/${RAW.path_token}`;
  const headers = { ...TEXT, authorization: `Basic ${Buffer.from('sns:secret').toString('base64')}` };
  const [raw, forged] = [JSON.stringify(ALL[3]), JSON.stringify(notice(ALL[7], {}, other.private))];
  expect(await server.deliver(raw, headers, path)).toMatchObject({ status: 200, body: { accepted: 2 } });
  expect((await server.deliver(forged, headers, path)).status).toBe(401);
  expect((await server.deliver(raw, TEXT, path)).status).toBe(401);
  expect((await server.deliver(JSON.stringify(confirmation()), headers, path)).status).toBe(200);
  expect(asked).toContain(SUBSCRIBE_URL);
  expect(await server.status()).toMatchObject({ signed: false });
  await expect(startSource({ ...RAW, basic_auth: undefined })).rejects.toThrow('basic_auth');
  await expect(startSource({ provider: 'ses' })).rejects.toThrow('options.topic_arns: is needed');
});
