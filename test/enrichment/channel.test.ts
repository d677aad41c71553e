import { describe, expect, it } from 'vitest';
import { TRAITS } from '../../src/domain/touchpoint.ts';
import { categoryOfHost } from '../../src/enrichment/hosts.ts';
import { enrich } from './options.ts';

type Case = [expected: string, record: Record<string, string>];
const page = (query: string, more: Record<string, string> = {}) => ({ url: `https://shop.example/p${query}`, ...more });
const from = (referrer: string, more: Record<string, string> = {}) => ({
  url: 'https://shop.example/p',
  referrer,
  ...more,
});
const channel = (record: Record<string, string>, strict_ga4 = false) => {
  const { channel: name, channel_reason } = enrich(record, { strict_ga4 });
  return `${name} | ${channel_reason}`;
};

const TYPES: Case[] = [
  ['email | touchpoint_type:email_open', { touchpoint_type: 'email_open' }],
  [
    'email | touchpoint_type:email_click',
    { touchpoint_type: 'email_click', ...page('?utm_medium=cpc&utm_source=google') },
  ],
  ['email | touchpoint_type:email_reply', { touchpoint_type: 'email_reply' }],
  ['sms | touchpoint_type:sms_click', { touchpoint_type: 'sms_click', message_id: 'm1' }],
  ['push | touchpoint_type:push_click', { touchpoint_type: 'push_click' }],
  ['direct | touchpoint_type:direct_visit', { touchpoint_type: 'direct_visit', referrer: 'https://www.google.com/' }],
  ['organic_search | touchpoint_type:organic_search', { touchpoint_type: 'organic_search' }],
  ['paid_search | click_id:gclid', { touchpoint_type: 'organic_search', ...page('?gclid=x') }],
  ['organic_social | touchpoint_type:social_interaction', { touchpoint_type: 'social_interaction' }],
  [
    'paid_social | utm_source:facebook',
    { touchpoint_type: 'social_interaction', ...page('?utm_source=facebook&utm_medium=cpc') },
  ],
  ['paid_other | touchpoint_type:paid_ad_click', { touchpoint_type: 'paid_ad_click' }],
  [
    'paid_other | touchpoint_type:paid_ad_click',
    { touchpoint_type: 'paid_ad_click', referrer: 'https://blog.example/' },
  ],
  ['paid_search | referrer:google.de', { touchpoint_type: 'paid_ad_click', referrer: 'https://www.google.de/' }],
  ['paid_social | click_id:fbclid', { touchpoint_type: 'paid_ad_click', ...page('?fbclid=x') }],
  ['paid_video | utm_source:youtube', { touchpoint_type: 'paid_ad_click', ...page('?utm_source=youtube') }],
  [
    'affiliate | utm_medium:affiliate',
    { touchpoint_type: 'paid_ad_click', ...page('?utm_source=awin&utm_medium=affiliate') },
  ],
  ['display | touchpoint_type:ad_impression', { touchpoint_type: 'ad_impression' }],
  ['paid_social | utm_source:facebook', { touchpoint_type: 'ad_impression', utm_source: 'facebook' }],
];

const TAGS: Case[] = [
  ['email | utm_medium:email', page('?utm_source=news&utm_medium=email')],
  ['email | utm_medium:e-mail', page('?utm_source=news&utm_medium=E-Mail')],
  ['email | utm_source:weekly-newsletter', page('?utm_source=weekly-newsletter')],
  ['email | utm_medium:email', page('?utm_source=news&utm_medium=email&utm_campaign=winter-shop')],
  ['email | utm_medium:email', page('?utm_medium=email&utm_campaign=shopping-spree')],
  ['email | utm_medium:email', page('?utm_source=facebook&utm_medium=email')],
  ['email | utm_source:klaviyo', page('?utm_source=klaviyo')],
  ['sms | utm_medium:sms', page('?utm_source=klaviyo&utm_medium=sms&utm_campaign=winter-shop')],
  ['direct | utm_source:(direct)', page('?utm_source=(direct)&utm_medium=(none)')],
  ['cross_network | utm_campaign:cross-network', page('?utm_source=google&utm_medium=cpc&utm_campaign=cross-network')],
  ['paid_shopping | utm_source:amazon', page('?utm_source=amazon&utm_medium=cpc')],
  ['paid_shopping | utm_campaign:summer-shop', page('?utm_source=google&utm_medium=cpc&utm_campaign=summer-shop')],
  ['paid_search | utm_source:google', page('?utm_source=google&utm_medium=cpc&utm_campaign=workshop')],
  ['paid_search | utm_source:bing', page('?utm_source=bing&utm_medium=ppc')],
  ['paid_search | utm_medium:cpc', page('?utm_medium=cpc', { referrer: 'https://www.google.co.uk/' })],
  ['paid_social | utm_source:ig', page('?utm_source=ig&utm_medium=paid_social')],
  ['paid_social | utm_source:l.facebook.com', page('?utm_source=l.facebook.com&utm_medium=cpm')],
  ['paid_social | click_id:ttclid', page('?utm_source=acme&utm_medium=paid&ttclid=1')],
  ['paid_video | utm_source:youtube', page('?utm_source=youtube&utm_medium=cpv_cpc')],
  ['display | utm_medium:cpm', page('?utm_source=acme&utm_medium=cpm')],
  ['display | utm_medium:banner', page('?utm_source=google&utm_medium=banner')],
  ['paid_other | utm_medium:cpc', page('?utm_source=acme&utm_medium=cpc')],
  ['paid_other | utm_medium:retargeting', page('?utm_source=acme&utm_medium=retargeting')],
  ['organic_shopping | utm_campaign:eshop', page('?utm_source=acme&utm_medium=foo&utm_campaign=eshop')],
  ['organic_social | utm_source:facebook', page('?utm_source=facebook&utm_medium=post')],
  ['organic_social | utm_medium:social', page('?utm_source=acme&utm_medium=social')],
  ['organic_video | utm_medium:product-video', page('?utm_source=acme&utm_medium=product-video')],
  ['organic_search | utm_source:google', page('?utm_source=google&utm_medium=foo')],
  ['organic_search | utm_medium:organic', page('?utm_source=acme&utm_medium=organic')],
  ['referral | utm_medium:referral', page('?utm_source=partner&utm_medium=referral')],
  ['affiliate | utm_medium:affiliate', page('?utm_source=awin&utm_medium=affiliate')],
  ['audio | utm_medium:audio', page('?utm_source=spotify&utm_medium=audio')],
  ['sms | utm_source:sms', page('?utm_source=sms')],
  ['push | utm_medium:web-push', page('?utm_source=acme&utm_medium=web-push')],
  ['push | utm_source:firebase', page('?utm_source=firebase')],
  ['unassigned | utm_source:acme', page('?utm_source=acme&utm_medium=mobile-web')],
  ['unassigned | utm_source:acme', page('?utm_source=acme')],
  ['unassigned | utm_campaign:spring', page('?utm_campaign=Spring')],
  ['unassigned | utm_campaign:spring', { utm_campaign: 'Spring' }],
  ['unassigned | utm_campaign:spring', page('?utm_campaign=spring', { referrer: 'https://shop.example/' })],
  ['unassigned | utm_id', page('?utm_id=77')],
  ['unassigned | utm_campaign:spring', page('#mtm_campaign=spring')],
  ['unassigned | utm_content', page('?utm_content=button')],
  ['organic_search | referrer:google.com', page('?utm_campaign=spring', { referrer: 'https://www.google.com/' })],
  ['paid_search | click_id:gclid', page('?utm_campaign=spring&gclid=x')],
  ['email | utm_medium:email', page('?pk_medium=email&pk_campaign=spring')],
  ['ai_assistant | utm_source:chatgpt.com', page('?utm_source=chatgpt.com')],
  ['ai_assistant | utm_medium:ai-assistant', page('?utm_source=x&utm_medium=ai-assistant')],
];

const EVIDENCE: Case[] = [
  ['direct | none', page('')],
  ['direct | none', {}],
  ['direct | none', from('not a url')],
  ['direct | none', from('about:blank')],
  ['direct | self_referral:shop.example', from('https://www.shop.example/cart')],
  ['direct | self_referral:shop.example', from('//www.shop.example/cart')],
  ['direct | self_referral:shop.example', from('/cart')],
  ['organic_search | referrer:google.com', from('//www.google.com/search')],
  ['direct | self_referral:blog.shop.example', from('https://blog.shop.example/')],
  ['direct | payment_return:paypal.com', from('https://www.paypal.com/checkoutnow')],
  ['referral | referrer:evilshop.example', from('https://evilshop.example/')],
  ['referral | referrer:news.example', from('https://www.news.example/a?b')],
  ['organic_search | referrer:google.com', from('https://www.google.com/search?q=x')],
  ['organic_search | referrer:google.co.uk', from('https://www.google.co.uk/')],
  ['organic_search | referrer:google.com', from('www.google.com')],
  [
    'organic_search | referrer:android-app://com.google.android.googlequicksearchbox',
    from('android-app://com.google.android.googlequicksearchbox/'),
  ],
  ['referral | referrer:evilgoogle.com', from('https://evilgoogle.com/')],
  ['referral | referrer:google.com.evil.example', from('https://google.com.evil.example/')],
  ['referral | referrer:evil.example', from('https://google.com@evil.example/')],
  ['referral | referrer:docs.google.com', from('https://docs.google.com/document/d/1')],
  ['organic_social | referrer:l.instagram.com', from('https://l.instagram.com/?u=x')],
  ['organic_social | referrer:pinterest.co.uk', from('https://www.pinterest.co.uk/')],
  ['organic_video | referrer:youtube.com', from('https://www.youtube.com/watch')],
  ['organic_shopping | referrer:amazon.com.au', from('https://www.amazon.com.au/')],
  ['ai_assistant | referrer:gemini.google.com', from('https://gemini.google.com/')],
  ['ai_assistant | referrer:copilot.microsoft.com', from('https://copilot.microsoft.com/')],
  ['ai_assistant | referrer:chatgpt.com', from('https://chatgpt.com/')],
  ['email | referrer:mail.google.com', from('https://mail.google.com/')],
  ['email | referrer:outlook.live.com', from('https://outlook.live.com/')],
  ['email | referrer:android-app://com.google.android.gm', from('android-app://com.google.android.gm/')],
  ['email | referrer:webmail.isp.example', from('https://webmail.isp.example/')],
  ['email | message_id', page('', { message_id: 'm1' })],
  ['email | message_id', page('?utm_source=google&utm_medium=cpc&utm_campaign=shop', { message_id: 'm1' })],
  ['email | email_id', page('', { email_id: 'e1' })],
  ['sms | utm_medium:sms', page('?utm_source=x&utm_medium=sms', { message_id: 'm1' })],
  ['email | click_id:mc_eid', page('?mc_eid=abc')],
  ['paid_search | click_id:gclid', page('?gclid=x')],
  ['paid_search | click_id:gbraid', page('?utm_source=google&gbraid=x')],
  ['paid_search | click_id:msclkid', page('?utm_source=bing&utm_medium=foo&msclkid=x')],
  ['referral | utm_medium:referral', page('?utm_source=partner&utm_medium=referral&gclid=x')],
  ['paid_video | click_id:gclid', page('?gclid=x', { referrer: 'https://www.youtube.com/' })],
  ['paid_social | click_id:li_fat_id', page('?li_fat_id=x')],
  ['display | click_id:dclid', page('?dclid=x')],
  ['affiliate | click_id:irclickid', page('?irclickid=x')],
  ['organic_social | click_id:fbclid', page('?fbclid=x')],
  ['organic_social | utm_source:facebook', page('?utm_source=facebook&utm_medium=social&fbclid=x')],
  ['organic_search | click_id:srsltid', page('?srsltid=x')],
  ['paid_search | click_id:gclid', { click_ids: '{"gclid":"x"}' }],
];

describe('the channel', () => {
  it.each(TYPES)('follows the type: %s from %j', (expected, record) => expect(channel(record)).toBe(expected));
  it.each(TAGS)('follows the tags: %s from %j', (expected, record) => expect(channel(record)).toBe(expected));
  it.each(EVIDENCE)('follows click ids and referrer: %s from %j', (expected, record) =>
    expect(channel(record)).toBe(expected),
  );

  it('is kept verbatim when the caller sent it', () => {
    const record = { channel: 'My  Channel', touchpoint_type: 'email_open', ...page('?utm_medium=cpc') };
    expect(channel(record)).toBe('My  Channel | sent');
  });

  it.each([
    ['Email', TRAITS.email],
    [' EMAIL', TRAITS.email],
    ['E-Mail', TRAITS.email],
    ['Direct', TRAITS.direct],
    ['Emails from Bob', 0],
  ])('counts as what it says if the caller sent %j', (sent, traits) => {
    expect(enrich({ channel: sent })).toMatchObject({ channel: sent, channel_reason: 'sent', traits });
  });

  it('ignores referrals from the domains of the brand', () => {
    const own = enrich(from('https://checkout.pay.example/'), { own_domains: ['Pay.example'] });
    expect(own.channel_reason).toBe('self_referral:checkout.pay.example');
    expect(enrich(from('https://notpay.example/'), { own_domains: ['pay.example'] }).channel).toBe('referral');
  });
});

describe("Google's table, on request", () => {
  const STRICT: Case[] = [
    ['organic_shopping | utm_campaign:winter-shop', page('?utm_source=news&utm_medium=email&utm_campaign=winter-shop')],
    ['email | utm_medium:email', page('?utm_source=news&utm_medium=email&utm_campaign=workshop')],
    ['push | utm_medium:mobile-web', page('?utm_source=acme&utm_medium=mobile-web')],
    ['unassigned | utm_source:weekly-newsletter', page('?utm_source=weekly-newsletter')],
    ['referral | referrer:mail.google.com', from('https://mail.google.com/')],
    ['organic_search | referrer:google.com', from('https://www.google.com/')],
    ['organic_social | referrer:t.co', from('https://t.co/x')],
    ['paid_search | click_id:gclid', page('?gclid=x')],
    ['email | touchpoint_type:email_click', { touchpoint_type: 'email_click' }],
  ];
  it.each(STRICT)('%s from %j', (expected, record) => expect(channel(record, true)).toBe(expected));
});

describe('the table of hosts', () => {
  it('matches at dots only', () => {
    expect(categoryOfHost('google.co.uk')).toBe('search');
    expect(categoryOfHost('news.bing.com')).toBe('search');
    for (const host of [
      'evilgoogle.com',
      'notbing.com',
      'google.evil.com',
      'bing.com.evil.com',
      'x.com.evil',
      'ax.com',
      '',
    ]) {
      expect(categoryOfHost(host), host).toBeNull();
    }
  });
});
