/** Instruments an email in the program that makes it, with a key of its own. */
import type { CustomerIds } from '../domain/email-ids.ts';
import { type Instrumented, instrumentHtml } from './instrument.ts';
import { type InstrumentRequest, readInstrumentRequest } from './request.ts';
import { baseUrl, emailSettings } from './settings.ts';
import { readKeyText } from './token.ts';

export interface LocalOptions {
  /** The address of links, such as `https://track.shop.example`. */
  base_url: string;
  /** A key of `tributary email-keys create`. */
  key: string;
  /** Needed for `options.honeypot`. */
  honeypot_url?: string;
  /** As the setting `customer_ids` of the brand. */
  customer_ids?: CustomerIds;
  /** The time of sending; now when left out. */
  now_ms?: number;
}

/** Instruments one email with a key of its own. @throws bad_request that names the field and the fix. */
export function instrument(request: InstrumentRequest, local: LocalOptions): Instrumented & { message_id: string } {
  const { key, base_url, honeypot_url, customer_ids = 'verbatim', now_ms = Date.now() } = local;
  const settings = emailSettings(honeypot_url === undefined ? {} : { honeypot_url }, 'email');
  const context = {
    now_ms,
    key_brand_id: null,
    defaultCurrency: () => 'USD',
    customerIds: (): CustomerIds => customer_ids,
  };
  const { html, mail, options } = readInstrumentRequest(request, context, settings);
  const made = instrumentHtml(html, mail, baseUrl(base_url, 'base_url'), readKeyText(key), options);
  return { ...made, message_id: mail.message_id };
}
