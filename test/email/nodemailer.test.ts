/** The plugin with the real nodemailer, over SMTP, with a key of its own and through a server; and the example as it is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import nodemailer from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import type { NodemailerOptions } from '../../src/email/nodemailer.ts';
import { tributaryLinks } from '../../src/email/nodemailer.ts';
import { readClickToken } from '../../src/email/payload.ts';
import { keyText, readKeyText } from '../../src/email/token.ts';
import { startServer } from '../server/harness.ts';

const KEY = keyText('0a1b2c3d', Buffer.alloc(32, 5));
const LOCAL = { base_url: 'https://track.shop.example', key: KEY };
const HTML =
  '<html><body><a href="https://shop.example/a">A</a> <a href="https://shop.example/u">Leave</a></body></html>';
const MAIL = { from: 'Shop <news@shop.example>', to: 'Anna <anna@example.com>', subject: 'Hi', html: HTML };

/** A mail server that keeps what it gets. */
async function mailServer() {
  const emails: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      text(stream).then((email) => {
        emails.push(email);
        done();
      }, done);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, emails };
}

/** Sends an email through the plugin. @returns it as it arrived, its HTML, and errors of the plugin. */
async function sent(options: NodemailerOptions, mail: Record<string, unknown> = {}) {
  const { url, emails } = await mailServer();
  const errors: string[] = [];
  const transport = nodemailer.createTransport(url);
  transport.use('compile', tributaryLinks({ ...options, onError: (error) => errors.push(error.message) }) as never);
  const { messageId } = await transport.sendMail({ ...MAIL, ...mail } as never);
  transport.close();
  return { email: emails[0]!, html: decoded(emails[0]!), messageId, errors };
}

/** The HTML of an email in quoted-printable. */
function decoded(email: string): string {
  const body = email.slice(email.indexOf('\r\n\r\n') + 4).trimEnd();
  return body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const clicksOf = (html: string) =>
  [...html.matchAll(/\/c\/([\w.-]+)"/g)].map(([, token]) => readClickToken(token!, readKeyText(KEY))!);

test('an email of the plugin with a key of its own has tracked links of its recipient', async () => {
  const list = { unsubscribe: { url: 'https://shop.example/u', comment: 'Leave' } };
  const { email, html, messageId, errors } = await sent(LOCAL, { list, tributary: { campaign_id: 'spring' } });
  expect(errors).toEqual([]);
  expect(html).toContain('<a href="https://shop.example/u">Leave</a>');
  expect(html).toMatch(/<img src="https:\/\/track\.shop\.example\/o\/[^"]+\.gif"[^>]*><\/body><\/html>$/);
  expect(clicksOf(html)).toMatchObject([
    { email: 'anna@example.com', message_id: messageId.slice(1, -1), campaign_id: 'spring', link: 1, links: 1 },
  ]);
  expect(email).toContain(`Message-ID: ${messageId}`);
});

test.each([
  ['to several people', { to: ['a@example.com', 'b@example.com'] }, 'the email has 2 recipients'],
  ['with a wrong fact', { tributary: { campaign_kind: 'news' } }, 'campaign_kind'],
])('an email %s is sent as it was, and the program is told', async (_, mail, reason) => {
  const { html, errors } = await sent(LOCAL, mail);
  expect(html).toBe(HTML);
  expect(errors).toEqual([expect.stringContaining(reason)]);
});

test('an email that says so, or has no HTML, is left alone', async () => {
  expect(await sent(LOCAL, { tributary: false })).toMatchObject({ html: HTML, errors: [] });
  expect(await sent(LOCAL, { html: undefined, text: 'Hi' })).toMatchObject({ html: 'Hi', errors: [] });
});

test('the example sends an email through a server, whose link works', async () => {
  const { url, emails } = await mailServer();
  const server = await startServer({ config: { email: { base_url: 'https://track.shop.example' } } });
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../examples/nodemailer/send.mjs'), 'anna@example.com'],
    {
      env: { ...process.env, TRIBUTARY_URL: address, TRIBUTARY_WRITE_KEY: 'write-key-of-the-tests', SMTP_URL: url },
    },
  );
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect({ out, errors }).toEqual({ out: expect.stringMatching(/^sent </), errors: '' });
  const html = decoded(emails[0]!);
  expect(html).toContain('<a href="https://shop.example/unsubscribe">');
  const [, path] = /"https:\/\/track\.shop\.example(\/c\/[\w.-]+)"/.exec(html)!;
  expect((await server.get(path!)).headers['location']).toMatch(/^https:\/\/shop\.example\/spring\?utm_source=email&/);
  expect(html).not.toContain('customer-1');
});

test('an email goes out as it was while the server does not answer, and no address is told', async () => {
  const { html, errors } = await sent({ server: 'http://127.0.0.1:1', write_key: 'x' });
  expect(html).toBe(HTML);
  expect(errors).toHaveLength(1);
  expect(errors[0]).not.toContain('anna');
});
