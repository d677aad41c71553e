/**
 * Lists of search engines, social networks, video sites, shops, AI assistants, webmail and payment pages. They are kept by
 * hand, because no maintained list has a licence that fits. The categories follow GA4 and Matomo (CC0). If reports show a host
 * of these kinds as `referral`, add it here and increase RULES_VERSION.
 */

import { BoundedCache } from './bounded-cache.ts';
import { MAX_HOST_LENGTH } from './url.ts';

/** `site` is a plain website below a listed host that is not of the host's kind, such as docs.google.com. */
export type HostCategory = 'search' | 'social' | 'video' | 'shopping' | 'ai' | 'webmail' | 'payment' | 'site';

/** An entry holds for the host and for all hosts below it. The longest entry wins. */
const HOSTS: Record<HostCategory, string> = {
  search:
    'bing.com duckduckgo.com html.duckduckgo.com ecosia.org search.brave.com startpage.com qwant.com baidu.com ' +
    'sogou.com so.com naver.com search.daum.net daum.net seznam.cz ask.com aol.com search.aol.com dogpile.com ' +
    'mojeek.com swisscows.com kagi.com ya.ru rambler.ru go.mail.ru coccoc.com metager.org metager.de presearch.com ' +
    'gibiru.com search.lilo.org suche.web.de suche.gmx.net search.ch info.com petalsearch.com excite.com ' +
    'lycos.com search.seznam.cz yep.com onesearch.com sapo.pt virgilio.it search.goo.ne.jp haosou.com sm.cn ' +
    'oceanhero.today ekoru.org search.avira.com search.avast.com',
  social:
    'facebook.com fb.com fb.me m.me messenger.com instagram.com threads.net threads.com twitter.com x.com t.co ' +
    'linkedin.com lnkd.in reddit.com redd.it pin.it tiktok.com snapchat.com quora.com tumblr.com vk.com ok.ru ' +
    'weibo.com weibo.cn wechat.com whatsapp.com wa.me telegram.org telegram.me t.me discord.com discord.gg ' +
    'mastodon.social mastodon.online bsky.app nextdoor.com xing.com medium.com news.ycombinator.com producthunt.com ' +
    'substack.com flipboard.com line.me kakao.com band.us zalo.me viber.com stocktwits.com goodreads.com ' +
    'ravelry.com deviantart.com behance.net dribbble.com meetup.com linktr.ee livejournal.com hatenablog.com ' +
    'ameblo.jp douban.com xiaohongshu.com strava.com lemmy.world slashdot.org',
  video:
    'youtube.com youtu.be youtube-nocookie.com vimeo.com dailymotion.com dai.ly twitch.tv netflix.com hulu.com ' +
    'disneyplus.com rumble.com odysee.com bilibili.com nicovideo.jp iqiyi.com youku.com v.qq.com rutube.ru ted.com ' +
    'wistia.com crackle.com',
  shopping:
    'shopping.google.com shopping.yahoo.com shopping.yahoo.co.jp etsy.com walmart.com target.com bestbuy.com ' +
    'shop.app aliexpress.com alibaba.com temu.com shein.com wish.com rakuten.com rakuten.co.jp flipkart.com ' +
    'zalando.de otto.de bol.com allegro.pl cdiscount.com wayfair.com newegg.com costco.com homedepot.com ' +
    'pricegrabber.com shopzilla.com pricerunner.com pricespy.co.uk kelkoo.com geizhals.de billiger.de ' +
    'poshmark.com depop.com vinted.com taobao.com tmall.com jd.com coupang.com lazada.com mercari.com ' +
    'slickdeals.net groupon.com shopping.naver.com ozon.ru wildberries.ru leboncoin.fr',
  ai:
    'chatgpt.com chat.openai.com claude.ai perplexity.ai gemini.google.com bard.google.com ' +
    'notebooklm.google.com copilot.microsoft.com copilot.cloud.microsoft m365.cloud.microsoft deepseek.com ' +
    'chat.deepseek.com grok.com meta.ai chat.mistral.ai you.com poe.com phind.com character.ai pi.ai duck.ai ' +
    'doubao.com kimi.com yuanbao.tencent.com chat.qwen.ai lumo.proton.me consensus.app iask.ai',
  webmail:
    'mail.google.com inbox.google.com outlook.live.com outlook.office.com outlook.office365.com ' +
    'outlook.cloud.microsoft mail.live.com hotmail.com mail.yahoo.com mail.yahoo.co.jp mail.aol.com mail.proton.me ' +
    'mail.protonmail.com mail.tutanota.com app.tuta.com mail.zoho.com mail.zoho.eu fastmail.com app.hey.com ' +
    'mail.superhuman.com deref-gmx.net deref-gmx.com deref-web.de deref-mail.com navigator.gmx.net navigator.web.de ' +
    'e.mail.ru mail.yandex.ru mail.yandex.com mail.naver.com mail.daum.net mail.qq.com mail.163.com mail.126.com ' +
    'mail.rambler.ru email.seznam.cz poczta.onet.pl poczta.wp.pl mail.orange.fr mail.comcast.net mail.gmx.net ' +
    'mail.com mail.t-online.de email.t-online.de xfinity.com mail.rediff.com',
  payment:
    'paypal.com checkout.stripe.com hooks.stripe.com pay.stripe.com klarna.com afterpay.com clearpay.co.uk ' +
    'affirm.com adyen.com mollie.com worldpay.com sofort.com giropay.de payments.amazon.com pay.google.com ' +
    'pay.amazon.com 3dsecure.io cardinalcommerce.com checkout.shopify.com',
  site:
    'accounts.google.com docs.google.com drive.google.com sites.google.com groups.google.com calendar.google.com ' +
    'meet.google.com classroom.google.com translate.google.com cloud.google.com support.google.com play.google.com ' +
    'developers.google.com news.yahoo.com finance.yahoo.com sports.yahoo.com blog.naver.com cafe.naver.com ' +
    'aws.amazon.com developer.amazon.com',
};

/** Brands with a host in every country: google.co.uk, amazon.com.au, yandex.com.tr. */
const BRANDS: Partial<Record<HostCategory, string>> = {
  search: 'google yahoo yandex',
  social: 'pinterest',
  shopping: 'amazon ebay idealo mercadolibre mercadolivre shopee',
};

/** Apps send the referrer `android-app://PACKAGE`. Only the exact package counts. */
const APPS: Partial<Record<HostCategory, string>> = {
  search: 'com.google.android.googlequicksearchbox com.microsoft.bing com.duckduckgo.mobile.android',
  social:
    'com.facebook.katana com.facebook.orca com.facebook.lite com.instagram.android com.instagram.barcelona ' +
    'com.twitter.android com.linkedin.android com.reddit.frontpage com.pinterest com.zhiliaoapp.musically ' +
    'com.snapchat.android com.whatsapp org.telegram.messenger com.discord',
  video: 'com.google.android.youtube tv.twitch.android.app com.vimeo.android.videoapp',
  shopping: 'com.amazon.mshop.android.shopping com.ebay.mobile com.etsy.android',
  ai: 'com.openai.chatgpt com.anthropic.claude ai.perplexity.app.android com.google.android.apps.bard com.microsoft.copilot',
  webmail:
    'com.google.android.gm com.google.android.gm.lite com.microsoft.office.outlook com.yahoo.mobile.client.android.mail ' +
    'ch.protonmail.android com.samsung.android.email.provider',
};

/** Names that people write into `utm_source` for a whole network. */
const SOURCE_NAMES: Partial<Record<HostCategory, string>> = {
  search:
    'google googleads google_ads google-ads adwords bing microsoft_ads yahoo yandex duckduckgo baidu ecosia naver qwant brave startpage',
  social:
    'facebook fb facebook_ads facebook-ads fb_ads meta instagram ig insta threads twitter x linkedin reddit pinterest ' +
    'tiktok snapchat quora tumblr vk vkontakte weibo wechat whatsapp telegram discord mastodon bluesky nextdoor xing',
  video: 'youtube yt vimeo dailymotion twitch netflix hulu rumble bilibili',
  shopping:
    'amazon ebay etsy walmart google_shopping googleshopping shopping.google idealo aliexpress alibaba temu mercadolibre shopzilla pricegrabber',
  ai: 'chatgpt openai claude perplexity gemini copilot deepseek grok',
  webmail:
    'gmail mailchimp klaviyo hs_email hs_automation sendgrid mailgun postmark brevo sendinblue mailjet mailerlite ' +
    'activecampaign convertkit constantcontact constant_contact campaignmonitor campaign_monitor customer.io marketo',
};

const BY_HOST = indexOf(HOSTS);
const BY_BRAND = indexOf(BRANDS);
const BY_APP = indexOf(APPS);
const BY_SOURCE_NAME = indexOf(SOURCE_NAMES);

function indexOf(lists: Partial<Record<HostCategory, string>>): Map<string, HostCategory> {
  const index = new Map<string, HostCategory>();
  for (const [category, names] of Object.entries(lists)) {
    for (const entry of names.split(' ')) index.set(entry, category as HostCategory);
  }
  return index;
}

const NATIONAL = /(?:^|\.)([a-z0-9-]+)\.(?:com|net|[a-z]{2}|com?\.[a-z]{2})$/;
const cache = new BoundedCache<HostCategory | 'none'>(2_000);

/** The kind of a host, by its own name or that of a parent domain; null when none is listed. */
export function categoryOfHost(host: string): HostCategory | null {
  if (host.length > MAX_HOST_LENGTH) return null;
  let category = cache.get(host);
  if (category === undefined) {
    category = findCategory(host) ?? 'none';
    cache.set(host, category);
  }
  return category === 'none' ? null : category;
}

/** Labels of the longest entry of {@link HOSTS}. Labels before these decide nothing. */
const MAX_LABELS = Math.max(...[...BY_HOST.keys()].map((entry) => entry.split('.').length));

function findCategory(host: string): HostCategory | undefined {
  const app = host.indexOf('://');
  if (app >= 0) return BY_APP.get(host.slice(app + 3));
  const tail = lastLabels(host, MAX_LABELS);
  for (let at = 0; ; ) {
    const found = BY_HOST.get(tail.slice(at));
    if (found !== undefined) return found;
    const dot = tail.indexOf('.', at);
    if (dot < 0) break;
    at = dot + 1;
  }
  if (host.startsWith('webmail.')) return 'webmail';
  const brand = NATIONAL.exec(tail)?.[1];
  return brand === undefined ? undefined : BY_BRAND.get(brand);
}

function lastLabels(host: string, count: number): string {
  let at = host.length;
  for (let label = 0; label < count; label++) {
    at = host.lastIndexOf('.', at - 1);
    if (at < 0) return host;
  }
  return host.slice(at + 1);
}

/** The kind of place that a `utm_source` (lower case) names, as a host or as a name; null when it is not known. */
export function categoryOfSource(source: string): HostCategory | null {
  const named = BY_SOURCE_NAME.get(source);
  if (named !== undefined) return named;
  return source.includes('.') ? categoryOfHost(source) : null;
}
