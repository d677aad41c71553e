/** The settings of outgoing mail: the section `mail` of the configuration. */
import { badRequest } from '../domain/errors.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { SecretSchema, secretText } from '../files/secret.ts';

export const MailSchema = Type.Object(
  {
    /** `smtps://USER:PASSWORD@HOST:465` or `smtp://…:587`. It holds a password, so it is a secret: a text, or `env` or `file`. */
    smtp: SecretSchema,
    /** The sender, such as `Reports <reports@shop.example>`. */
    from: Type.String({ minLength: 3, maxLength: 320 }),
  },
  { additionalProperties: false },
);

export interface MailSettings {
  host: string;
  port: number;
  /** True for TLS from the first byte. Otherwise the connection is upgraded (STARTTLS). */
  is_secure: boolean;
  /** True if nothing is sent over a connection without TLS. */
  needs_tls: boolean;
  /** Null where the server asks for no password. */
  login: { user: string; password: string } | null;
  from: string;
}

const SUBMISSION_PORT = 587;
const TLS_PORT = 465;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
/** One address, with a name before it or alone. */
const SENDER = /^(?:[^<>@\r\n]{1,200}<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/;
const ADDRESS = /^[^\s<>@,;:"()[\]\\]{1,64}@[^\s<>@,;:"()[\]\\]{1,255}$/;

/** What is wrong with an address that mail is sent to; null if nothing is. Quoted local parts are not taken. */
export function addressProblem(address: string): string | null {
  return ADDRESS.test(address) ? null : 'must be an address such as team@shop.example';
}

/** @throws bad_request with the setting at fault. The message never quotes the URL, because it holds a password. */
export function mailSettings(given: Static<typeof MailSchema>, env: NodeJS.ProcessEnv): MailSettings {
  const where = 'config.mail.smtp';
  if (!SENDER.test(given.from))
    throw badRequest('config.mail.from', 'must be one address, such as Reports <reports@shop.example>');
  const text = secretText(where, given.smtp, env);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '')
    throw badRequest(where, 'must be smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587');
  if (url.search !== '' || url.hash !== '' || !/^\/?$/.test(url.pathname))
    throw badRequest(where, 'has something after the host and the port; remove it');
  const is_secure = url.protocol === 'smtps:';
  const login = loginOf(url);
  if (login === null)
    throw badRequest(where, 'has a user or a password that is not encoded for a URL; encode % as %25');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (is_secure ? TLS_PORT : SUBMISSION_PORT) : Number(url.port),
    is_secure,
    needs_tls: !LOOPBACK.test(url.hostname),
    login: login.user === '' ? null : login,
    from: given.from,
  };
}

function loginOf({ username, password }: URL): { user: string; password: string } | null {
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return null;
  }
}
