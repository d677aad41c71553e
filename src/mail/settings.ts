/** The mail server of the configuration. */
import { badRequest } from '../domain/errors.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { SecretSchema, secretText } from '../files/secret.ts';

export const MailSchema = Type.Object(
  {
    /** The URL of the mail server, `smtps://user:password@host:465`. */
    smtp: SecretSchema,
    /** The sender: an address, or `Name <address>`. */
    from: Type.String({ minLength: 3, maxLength: 300 }),
  },
  { additionalProperties: false },
);

export interface MailSettings {
  /** Holds a password. */
  smtp: string;
  from: string;
}

const FORM = 'must be smtps://USER:PASSWORD@HOST:465, or smtp:// where the connection becomes encrypted later';

/** @throws bad_request with the setting at fault, never with the URL, which holds a password. */
export function mailSettings({ smtp, from }: Static<typeof MailSchema>, env: NodeJS.ProcessEnv): MailSettings {
  const url = secretText('config.mail.smtp', smtp, env);
  if (!URL.canParse(url)) throw badRequest('config.mail.smtp', FORM);
  const { protocol, hostname } = new URL(url);
  if ((protocol !== 'smtp:' && protocol !== 'smtps:') || hostname === '') throw badRequest('config.mail.smtp', FORM);
  const problem = addressProblem(from.replace(/^[^<>]*<([^<>]*)>$/, '$1'));
  if (problem !== null) throw badRequest('config.mail.from', problem);
  return { smtp: url, from };
}

/** What is wrong with an address that mail is sent to; null if nothing is. */
export function addressProblem(address: string): string | null {
  return /^[^\s<>@,;"]+@[^\s<>@,;"]+$/.test(address) && address.length <= 254
    ? null
    : 'must be an address such as team@shop.example';
}
