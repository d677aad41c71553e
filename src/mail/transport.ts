/** Sends mail through the server of the configuration. */
import { excerpt } from '../network/answers.ts';
import { withoutSecrets } from '../network/secrets.ts';
import type { MailSettings } from './settings.ts';

const CONNECT_MS = 10_000;
const ANSWER_MS = 20_000;

export interface Mail {
  to: readonly string[];
  subject: string;
  text: string;
  html?: string;
  /** The same in each try, so that a program can see a mail that comes twice. */
  message_id: string;
  /** Further headers, such as List-Unsubscribe. */
  headers?: Readonly<Record<string, string>>;
  /** Pictures that the HTML shows by `cid:NAME`. */
  pictures?: ReadonlyArray<{ cid: string; content: Buffer; content_type: string }>;
}

export type MailOutcome = { outcome: 'sent' } | { outcome: 'retry'; reason: string };

export class MailTransport {
  constructor(private readonly settings: MailSettings) {}

  /** Sends one mail to all its recipients in one go. It never throws: a reason names no secret. */
  async send(mail: Mail): Promise<MailOutcome> {
    const { smtp, from } = this.settings;
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      url: smtp,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: ANSWER_MS,
      // What is sent comes from this program, so it needs no files and no addresses of others.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      await transport.sendMail({
        from,
        to: [...mail.to],
        subject: mail.subject,
        text: mail.text,
        ...(mail.html === undefined ? {} : { html: mail.html }),
        messageId: `<${mail.message_id}@${domainOf(from)}>`,
        headers: { ...mail.headers, 'Auto-Submitted': 'auto-generated' },
        attachments: (mail.pictures ?? []).map(({ cid, content, content_type }) => ({
          cid,
          content,
          contentType: content_type,
          contentDisposition: 'inline' as const,
        })),
      });
      return { outcome: 'sent' };
    } catch (error) {
      return { outcome: 'retry', reason: this.reasonOf(error as Error) };
    } finally {
      transport.close();
    }
  }

  private reasonOf({ message }: Error): string {
    const { username, password, host } = new URL(this.settings.smtp);
    const secrets = [this.settings.smtp, decodeURIComponent(password), password, decodeURIComponent(username)];
    return `the mail server ${host} did not take the mail: ${excerpt(withoutSecrets(message, secrets))}`;
  }
}

const domainOf = (from: string): string => /@([^>@\s]+)>?$/.exec(from)?.[1] ?? 'localhost';
