/** The settings of links and the pixel: the section `email` of the configuration. */
import { badRequest } from '../domain/errors.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { canonicalTarget } from './target.ts';

export const EmailSettingsSchema = Type.Object(
  {
    /** The address under which readers reach this server, such as `https://track.shop.example`. */
    base_url: Type.Optional(Type.String({ maxLength: 200 })),
    /** The parameter of a shop's page that gets the id of the click. */
    click_parameter: Type.Optional(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,39}$' })),
    /** Clicks and opens are recorded for this long after an email was sent. Links lead to their page for ever. */
    tracking_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })),
    /** True if emails get a hidden link that only machines follow, unless a call says otherwise. */
    honeypot: Type.Optional(Type.Boolean()),
    /** The page of the shop that the hidden link leads to. */
    honeypot_url: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  { additionalProperties: false },
);

export interface EmailSettings {
  /** Without a slash at its end; null if links cannot be made. */
  base_url: string | null;
  click_parameter: string;
  tracking_days: number;
  honeypot: boolean;
  honeypot_url: string | null;
}

/** Checks the settings and fills in the defaults. `where` names them in messages. @throws bad_request. */
export function emailSettings(given: Static<typeof EmailSettingsSchema>, where: string): EmailSettings {
  const { base_url, click_parameter = 'ct', tracking_days = 180, honeypot = false, honeypot_url } = given;
  if (/^utm_/i.test(click_parameter))
    throw badRequest(
      `${where}.click_parameter`,
      `${click_parameter} names a campaign; choose another name, such as ct`,
    );
  const hidden_page = honeypot_url === undefined ? null : canonicalTarget(honeypot_url);
  if (hidden_page === null && honeypot_url !== undefined)
    throw badRequest(`${where}.honeypot_url`, 'must be the https address of a page, such as https://shop.example/');
  if (honeypot && hidden_page === null)
    throw badRequest(
      `${where}.honeypot_url`,
      'is needed for a honeypot link; name a page, such as https://shop.example/',
    );
  return {
    base_url: base_url === undefined ? null : baseUrl(base_url, `${where}.base_url`),
    click_parameter,
    tracking_days,
    honeypot,
    honeypot_url: hidden_page,
  };
}

/** The base of links, without a slash at its end. @throws bad_request. */
export function baseUrl(text: string, field: string): string {
  const url = canonicalTarget(text);
  if (url === null || /[?#]/.test(url))
    throw badRequest(field, 'must be an http or https address without a query, such as https://track.shop.example');
  return url.replace(/\/+$/, '');
}
