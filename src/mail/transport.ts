/**
 * Sends one mail over SMTP (RFC 5321). The last moment before the server takes the mail is told: until then the mail has surely not arrived,
 * and after the answer it surely has or has not. Who needs a mail to arrive once writes down that moment.
 */
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { excerpt } from '../network/answers.ts';
import { withoutSecrets } from '../network/secrets.ts';
import type { MailSettings } from './settings.ts';

export interface Mail {
  /** One address. */
  to: string;
  subject: string;
  text: string;
  html?: string;
  /** Pictures that the HTML shows as `cid:NAME`. */
  pictures?: ReadonlyArray<{ name: string; file_name: string; png: Buffer }>;
  /** With `<` and `>`. The same for each try of the same mail, so that mail programs show it once. */
  message_id: string;
  sent_ms: number;
  headers?: Readonly<Record<string, string>>;
}

/**
 * `sent`: the server took it. `refused`: it never will. `later`: it did not, and may the next time. `unknown`: the whole mail went out and no
 * answer came. Reasons hold no password and no address.
 */
export type Sent = { outcome: 'sent' } | { outcome: 'refused' | 'later' | 'unknown'; reason: string };

const CONNECT_MS = 20_000;
/** RFC 5321, 4.5.3.2.6 asks for 10 minutes after the last byte. */
const ANSWER_MS = 10 * 60_000;
/** Of a mail address that answers hold. */
const REASON_LENGTH = 200;

/** The bytes of a mail, as they go out. */
export async function mailBytes(mail: Mail, from: string): Promise<Buffer> {
  const { to, subject, text, html, pictures = [], message_id, sent_ms, headers = {} } = mail;
  const made = new MailComposer({
    from,
    to,
    subject,
    text,
    ...(html === undefined ? {} : { html }),
    messageId: message_id,
    date: new Date(sent_ms),
    headers: { ...headers },
    attachments: pictures.map(({ name, file_name, png }) => ({
      cid: name,
      filename: file_name,
      content: png,
      contentType: 'image/png',
      contentDisposition: 'inline',
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  });
  return made.compile().build();
}

/** @param handOver called once, when only the end of the mail is missing. The mail is not sent if it throws. */
export async function sendMail(
  settings: MailSettings,
  mail: Mail,
  handOver: () => Promise<void> = async () => undefined,
): Promise<Sent> {
  const bytes = await mailBytes(mail, settings.from);
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
  let is_handed_over = false;
  let stopped: unknown;
  async function* parts(): AsyncGenerator<Buffer> {
    yield bytes;
    try {
      await handOver();
    } catch (error) {
      stopped = error;
      throw error;
    }
    is_handed_over = true;
  }
  try {
    await told((done) => {
      connection.once('error', done);
      connection.connect(done);
    });
    const { login } = settings;
    if (login !== null)
      await told((done) => connection.login({ user: login.user, pass: login.password }, done as () => void));
    await told((done) =>
      connection.send(
        { from: addressOf(settings.from), to: [mail.to], size: bytes.length },
        Readable.from(parts(), { objectMode: true }),
        done as () => void,
      ),
    );
    connection.quit();
    return { outcome: 'sent' };
  } catch (error) {
    connection.close();
    if (stopped !== undefined) throw stopped;
    return failureOf(error as SmtpError, is_handed_over, settings);
  }
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

function failureOf(error: SmtpError, is_handed_over: boolean, { host, port, login }: MailSettings): Sent {
  const { responseCode: status } = error;
  const said = error.response ?? (status === undefined ? (error.code ?? error.message) : error.message);
  const secrets = login === null ? [] : [login.password];
  const reason = `${host}:${port}: ${excerpt(withoutSecrets(said, secrets), REASON_LENGTH)}`;
  if (status !== undefined) return { outcome: status >= 500 && error.code !== 'EAUTH' ? 'refused' : 'later', reason };
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') return { outcome: 'refused', reason };
  return { outcome: is_handed_over ? 'unknown' : 'later', reason };
}

const addressOf = (from: string): string => /<([^>]+)>$/.exec(from)?.[1] ?? from;

/** What a function with a callback comes to. */
function told(work: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
}
