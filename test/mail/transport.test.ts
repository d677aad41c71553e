/** Mail over a real SMTP server: what arrives, and what is known when it fails. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { mailSettings } from '../../src/mail/settings.ts';
import { type Mail, type MailOutcome, MailTransport } from '../../src/mail/transport.ts';

const MAIL: Mail = {
  to: ['anna@shop.example'],
  subject: 'Week 47: 1,200.00 €',
  text: 'Revenue: 1,200.00\n.\nA line with a single dot is above.\n',
  html: '<p>Revenue <img src="cid:trend" alt="no picture"></p>',
  pictures: [
    { cid: 'trend', file_name: 'trend.png', content: Buffer.from('89504e47', 'hex'), content_type: 'image/png' },
  ],
  message_id: 'week-47',
  sent_ms: Date.UTC(2026, 10, 23, 6, 30),
  headers: { 'List-Unsubscribe': '<https://shop.example/u/x>' },
};

const servers: SMTPServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that keeps what arrives. */
async function sink(options: SMTPServerOptions = {}) {
  const arrived: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onData: (stream, _session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        arrived.push(Buffer.concat(parts).toString());
        done();
      });
    },
    ...options,
  });
  servers.push(server);
  // Clients that go away in the middle of a mail are part of these tests.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const settings = (login = ''): ReturnType<typeof mailSettings> =>
    mailSettings({ smtp: `smtp://${login}127.0.0.1:${port}`, from: 'Reports <reports@shop.example>' }, {});
  return { arrived, settings };
}

const refusing = (code: number, message: string): Error => Object.assign(new Error(message), { responseCode: code });

describe('mail over SMTP', () => {
  test('arrives whole, and its end waits for what is written down', async () => {
    const { arrived, settings } = await sink();
    const order: string[] = [];
    const sent = await new MailTransport(settings()).send(MAIL, async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push(`written down, ${arrived.length} arrived`);
    });
    expect(sent).toEqual({ outcome: 'sent' });
    expect(order).toEqual(['written down, 0 arrived']);
    const [text] = arrived;
    expect(text).toContain('Message-ID: <week-47@shop.example>');
    expect(text).toContain('List-Unsubscribe: <https://shop.example/u/x>');
    expect(text).toContain('\r\n.\r\nA line with a single dot');
    expect(text).toContain('Content-ID: <trend>');
    expect(text).toContain('iVBORw==');
  });

  test('nothing arrives where that cannot be written down', async () => {
    const { arrived, settings } = await sink();
    const stop = new MailTransport(settings()).send(MAIL, () => Promise.reject(new Error('no state')));
    await expect(stop).rejects.toThrow('no state');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(arrived).toEqual([]);
  });

  test('says what is known after a failure, without the password and the address', async () => {
    const cases: Array<[options: SMTPServerOptions, login: string, outcome: MailOutcome['outcome']]> = [
      [{ onRcptTo: (to, _session, done) => done(refusing(550, `no ${to.address} here`)) }, '', 'refused'],
      [{ onRcptTo: (_to, _session, done) => done(refusing(451, 'greylisted')) }, '', 'retry'],
      [
        { onAuth: (auth, _session, done) => done(refusing(535, `${auth.password} is wrong`)), allowInsecureAuth: true },
        'anna:correct-horse@',
        'retry',
      ],
      // The server reads the whole mail and goes away without an answer.
      [
        {
          onData: (stream) => {
            stream.resume();
            stream.on('end', () => {
              const { connections } = servers.at(-1)! as unknown as { connections: Set<{ close(): void }> };
              for (const connection of connections) connection.close();
            });
          },
        },
        '',
        'unknown',
      ],
    ];
    for (const [options, login, outcome] of cases) {
      const { settings } = await sink(options);
      const sent = await new MailTransport(settings(login)).send(MAIL);
      expect(sent).toMatchObject({ outcome });
      expect(JSON.stringify(sent)).not.toMatch(/correct-horse|anna@/);
    }
  });
});

describe('the settings of mail', () => {
  test('name the fault and never the password', () => {
    const read = (smtp: string, from = 'a@b.example') => mailSettings({ smtp, from }, {});
    expect(read('smtps://u%40x:p%25@mail.example')).toEqual({
      host: 'mail.example',
      port: 465,
      is_secure: true,
      needs_tls: true,
      login: { user: 'u@x', password: 'p%' },
      from: 'a@b.example',
    });
    expect(read('smtp://localhost:25')).toMatchObject({ port: 25, needs_tls: false, login: null });
    for (const url of [
      'https://u:hunter2@mail.example',
      'smtp://u:hunter2@mail.example/x',
      'smtp://u:hunter2%@m.example',
    ])
      expect(() => read(url)).toThrow(/^config\.mail\.smtp: (?!.*hunter2)/);
    expect(() => read('smtp://m.example', 'a@b.example, c@d.example')).toThrow(/config\.mail\.from/);
  });
});
