/**
 * Sends one mail over SMTP (RFC 5321). The last moment before the server takes the mail is told: until then the mail has surely not arrived,
 * and after the answer it surely has or has not. Who needs a mail to arrive once writes down that moment.
 */
import { Readable } from 'node:stream';
import { excerpt } from '../network/answers.ts';
import { withoutSecrets } from '../network/secrets.ts';
import type { MailSettings } from './settings.ts';

export interface Mail {
  to: readonly string[];
  subject: string;
  text: string;
  html?: string;
  /** Pictures that the HTML shows as `cid:NAME`. */
  pictures?: ReadonlyArray<{ cid: string; file_name?: string; content: Buffer; content_type: string }>;
  /** The part before `@`. The same in each try, so that a program can see a mail that comes twice. */
  message_id: string;
  /** The date of the mail; now when left out. */
  sent_ms?: number;
  /** Further headers, such as List-Unsubscribe. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * `sent`: the server took it. `refused`: it never will. `retry`: it did not, and may the next time. `unknown`: the whole mail went out and no
 * answer came. Reasons hold no password and no address.
 */
export type MailOutcome = { outcome: 'sent' } | { outcome: 'refused' | 'retry' | 'unknown'; reason: string };

const CONNECT_MS = 20_000;
/** RFC 5321, 4.5.3.2.6 asks for 10 minutes after the last byte. */
const ANSWER_MS = 10 * 60_000;
/** Of a mail address that answers hold. */
const REASON_LENGTH = 200;

export class MailTransport {
  constructor(private readonly settings: MailSettings) {}

  /**
   * Sends one mail to all its recipients in one go. It never throws: a reason names no secret and no address.
   * @param handOver called once, when only the end of the mail is missing. The mail is not sent if it throws, and then `send` throws this.
   */
  async send(mail: Mail, handOver: () => Promise<void> = async () => undefined): Promise<MailOutcome> {
    const { settings } = this;
    const { SMTPConnection, bytes } = await prepared(mail, settings.from);
    const connection = new SMTPConnection({
      host: settings.host,
      port: settings.port,
      secure: settings.is_secure,
      requireTLS: settings.needs_tls && !settings.is_secure,
      // A certificate of this machine's own mail server is rarely valid for its loopback address.
      ignoreTLS: !settings.needs_tls,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: ANSWER_MS,
    });
    const end = { is_handed_over: false, stopped: undefined as unknown };
    async function* parts(): AsyncGenerator<Buffer> {
      yield bytes;
      try {
        await handOver();
      } catch (error) {
        end.stopped = error;
        throw error;
      }
      end.is_handed_over = true;
    }
    try {
      await told((done) => {
        connection.once('error', done);
        connection.connect(done);
      });
      const { login } = settings;
      if (login !== null)
        await told((done) => connection.login({ user: login.user, pass: login.password }, done as () => void));
      const envelope = { from: addressOf(settings.from), to: [...mail.to], size: bytes.length };
      const whole = Readable.from(parts(), { objectMode: true });
      await told((done) => connection.send(envelope, whole, done as () => void));
      connection.quit();
      return { outcome: 'sent' };
    } catch (error) {
      connection.close();
      if (end.stopped !== undefined) throw end.stopped;
      return failureOf(error as SmtpError, end.is_handed_over, settings);
    }
  }
}

/** The bytes of a mail as they go out, and what sends them. The packages are loaded when there is a mail. */
async function prepared(mail: Mail, from: string) {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection');
  const { to, subject, text, html, pictures = [], message_id, sent_ms = Date.now(), headers = {} } = mail;
  const domain = /@([^>@\s]+)>?$/.exec(from)?.[1] ?? 'localhost';
  const made = new MailComposer({
    ...{ from, to: [...to], subject, text },
    ...(html === undefined ? {} : { html }),
    messageId: `<${message_id}@${domain}>`,
    date: new Date(sent_ms),
    headers: { ...headers, 'Auto-Submitted': 'auto-generated' },
    attachments: pictures.map(({ cid, file_name, content, content_type }) => ({
      cid,
      ...(file_name === undefined ? {} : { filename: file_name }),
      content,
      contentType: content_type,
      contentDisposition: 'inline',
    })),
    // What is sent comes from this program, so it needs no files and no addresses of others.
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  });
  return { SMTPConnection, bytes: await made.compile().build() };
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

function failureOf(error: SmtpError, is_handed_over: boolean, { host, port, login }: MailSettings): MailOutcome {
  const { responseCode: status } = error;
  const said = error.response ?? (status === undefined ? (error.code ?? error.message) : error.message);
  const secrets = login === null ? [] : [login.password];
  const reason = `${host}:${port}: ${excerpt(withoutSecrets(said, secrets), REASON_LENGTH)}`;
  if (status !== undefined) return { outcome: status >= 500 && error.code !== 'EAUTH' ? 'refused' : 'retry', reason };
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') return { outcome: 'refused', reason };
  return { outcome: is_handed_over ? 'unknown' : 'retry', reason };
}

const addressOf = (from: string): string => /<([^>]+)>$/.exec(from)?.[1] ?? from;

/** What a function with a callback comes to. */
function told(work: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
}
