/** Every provider whose webhooks can be configured, by its name. */
import { brevo } from './brevo/brevo.ts';
import { customerio } from './customerio/customerio.ts';
import { generic } from './generic/generic.ts';
import { klaviyo } from './klaviyo/klaviyo.ts';
import { lemonSqueezy } from './lemonsqueezy/lemonsqueezy.ts';
import { mailchimp } from './mailchimp/mailchimp.ts';
import { mailgun } from './mailgun/mailgun.ts';
import { mandrill } from './mandrill/mandrill.ts';
import { paddle } from './paddle/paddle.ts';
import { postmark } from './postmark/postmark.ts';
import { resend } from './resend/resend.ts';
import { sendgrid } from './sendgrid/sendgrid.ts';
import { ses } from './ses/ses.ts';
import { shopify } from './shopify/shopify.ts';
import type { Source } from './source.ts';
import { sparkpost } from './sparkpost/sparkpost.ts';
import { stripe } from './stripe/stripe.ts';
import { woocommerce } from './woocommerce/woocommerce.ts';

const SOURCES: readonly Source[] = [
  brevo,
  customerio,
  generic,
  klaviyo,
  lemonSqueezy,
  mailchimp,
  mailgun,
  mandrill,
  paddle,
  postmark,
  resend,
  sendgrid,
  ses,
  shopify,
  sparkpost,
  stripe,
  woocommerce,
];

export const PROVIDERS: ReadonlyMap<string, Source> = new Map(SOURCES.map((source) => [source.provider, source]));

/** The source of a provider, or the sentence that says which ones there are. */
export function providerNamed(provider: string): Source | string {
  const names = [...PROVIDERS.keys()].sort().join(', ');
  return PROVIDERS.get(provider) ?? `${JSON.stringify(provider.slice(0, 60))} is not a provider; use one of ${names}`;
}
