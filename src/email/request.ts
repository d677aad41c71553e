/** The request to instrument an email, as HTTP and the exported function take it. */
import { CAMPAIGN_KINDS } from '../domain/campaign-kind.ts';
import { emailId } from '../domain/email-ids.ts';
import { badRequest } from '../domain/errors.ts';
import { choice } from '../domain/parameter.ts';
import { isProblem, type ReadContext } from '../domain/record.ts';
import { touchpoints } from '../domain/touchpoint.ts';
import { Compile, type Static, Type } from '../domain/typebox.ts';
import type { InstrumentOptions } from './instrument.ts';
import type { Mail } from './payload.ts';

/** Gmail shows the first 102 kB of an email. */
const MAX_HTML_LENGTH = 500_000;
const MAX_UNTOUCHED = 100;

const closed = { additionalProperties: false } as const;
const Label = Type.Optional(Type.String({ maxLength: 200 }));
const Utm = Type.Object(
  { source: Label, medium: Label, campaign: Label, content: Label, term: Label, id: Label },
  closed,
);

export const InstrumentRequest = Type.Object(
  {
    html: Type.String({ maxLength: MAX_HTML_LENGTH, description: 'The HTML part of the email, ready to be sent' }),
    message_id: Type.String({ description: 'The id of one email to one recipient' }),
    customer_id: Type.Optional(Type.String({ description: 'Your id of the recipient' })),
    email: Type.Optional(
      Type.String({
        description:
          'The address of the recipient, where you have no other id. No URL shows it, and clicks are stored under its hash',
      }),
    ),
    brand_id: Type.Optional(Type.String({ description: 'The brand of the key when left out' })),
    campaign_id: Type.Optional(Type.String({ description: 'The campaign; becomes utm_campaign, too' })),
    email_id: Type.Optional(Type.String({ description: 'The email within the campaign; becomes utm_content, too' })),
    campaign_kind: Type.Optional(choice(CAMPAIGN_KINDS, 'Why the email is sent')),
    options: Type.Optional(
      Type.Object(
        {
          utm: Type.Optional(
            Type.Union([Utm, Type.Literal(false)], {
              description: 'Labels for links that have none of the name; false adds none',
            }),
          ),
          list_unsubscribe: Type.Optional(
            Type.Array(Type.String({ maxLength: 4_000 }), {
              maxItems: MAX_UNTOUCHED,
              description: 'Addresses that stay as they are, also as the value of a List-Unsubscribe header',
            }),
          ),
          pixel: Type.Optional(Type.Boolean({ description: 'False leaves out the pixel' })),
          honeypot: Type.Optional(
            Type.Boolean({ description: 'Adds a hidden link that only machines follow; the setting when left out' }),
          ),
          tracking_days: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 3_650, description: 'Days in which clicks and opens are recorded' }),
          ),
        },
        closed,
      ),
    ),
  },
  { ...closed, description: 'One of customer_id and email is needed' },
);
export type InstrumentRequest = Static<typeof InstrumentRequest>;

const validator = Compile(InstrumentRequest);

/** An email to instrument. */
interface Wanted {
  html: string;
  mail: Mail;
  options: InstrumentOptions;
}

/** Settings that the options of a request stand against. */
interface Defaults {
  honeypot: boolean;
  honeypot_url: string | null;
}

/** Reads a request. @throws bad_request that names the field and the fix. */
export function readInstrumentRequest(body: unknown, context: ReadContext, defaults: Defaults): Wanted {
  if (!validator.Check(body)) throw refusal(body);
  const { html, options = {}, campaign_kind } = body;
  const { utm, list_unsubscribe, pixel, honeypot = defaults.honeypot, tracking_days } = options;
  if (honeypot && defaults.honeypot_url === null)
    throw badRequest('options.honeypot', 'needs the page that the hidden link leads to; set email.honeypot_url');
  const ids = readIds(body, context);
  const mail: Mail = {
    ...ids,
    ...(campaign_kind !== undefined && { campaign_kind }),
    sent_s: Math.floor(context.now_ms / 1_000),
    ...(tracking_days !== undefined && { tracking_days }),
  };
  return {
    html,
    mail,
    options: { utm, untouched: list_unsubscribe, pixel, honeypot_url: honeypot ? defaults.honeypot_url : null },
  };
}

/** The ids, by the rules of a touchpoint: a click must not be refused later because of its email. */
function readIds(body: InstrumentRequest, context: ReadContext): Omit<Mail, 'sent_s'> {
  const { brand_id, message_id, campaign_id, email_id, email } = body;
  if (email !== undefined && !email.includes('@'))
    throw badRequest('email', 'is no address; send one such as anna@example.com, or send customer_id');
  const address = email === undefined || body.customer_id !== undefined ? undefined : emailId(email);
  const customer_id = body.customer_id ?? address;
  if (customer_id === undefined) throw badRequest('customer_id', 'is required; send customer_id, or email');
  const touchpoint = {
    brand_id,
    customer_id,
    message_id,
    campaign_id,
    email_id,
    touchpoint_type: 'email_click',
    occurred_at: new Date(context.now_ms).toISOString(),
  };
  const given = Object.entries(touchpoint).filter(([, value]) => value !== undefined);
  const read = touchpoints.read(Object.fromEntries(given), context);
  if (isProblem(read)) {
    const { field, reason } = read as { field: string; reason: string };
    throw badRequest(field || 'body', reason);
  }
  const kept = read as Record<string, string>;
  return {
    brand_id: kept['brand_id']!,
    ...(address === undefined ? { customer_id: kept['customer_id']! } : { email: address }),
    message_id: kept['message_id']!,
    ...(kept['campaign_id'] !== undefined && { campaign_id: kept['campaign_id'] }),
    ...(kept['email_id'] !== undefined && { email_id: kept['email_id'] }),
  };
}

function refusal(body: unknown): Error {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return badRequest(
      'body',
      'must be an object such as {"html": "<p>…</p>", "message_id": "m-1", "customer_id": "c-1"}',
    );
  const [error] = validator.Errors(body);
  const params = error?.params as { additionalProperties?: string[]; requiredProperties?: string[] } | undefined;
  const place = (error?.instancePath ?? '').slice(1).replaceAll('/', '.');
  const named = params?.additionalProperties?.[0] ?? params?.requiredProperties?.[0];
  const field = [place, named?.slice(0, 60)].filter(Boolean).join('.') || 'body';
  if (params?.requiredProperties) return badRequest(field, 'is required; send it as a string');
  if (params?.additionalProperties)
    return badRequest(field, 'is not a field of this call; remove it or correct its name');
  return badRequest(field, `${error?.message ?? 'is not valid'}; correct it`);
}
