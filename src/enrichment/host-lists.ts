/**
 * The hosts that decide a channel: search engines, social networks, video sites, shops, AI assistants, mailboxes, payment pages
 * (in `payment-hosts.ts`). They are kept by hand, because no maintained list has a licence that fits. The categories follow GA4 and
 * Matomo (CC0). If reports show a host of these kinds as `referral`, add it here and increase RULES_VERSION. A brand adds payment
 * pages of its own with the setting `payment_hosts`.
 */

import { PAYMENT_HOSTS } from './payment-hosts.ts';

/** `site` is a plain website below a listed host that is not of the host's kind, such as docs.google.com. */
export type HostCategory = 'search' | 'social' | 'video' | 'shopping' | 'ai' | 'webmail' | 'payment' | 'site';

/** Webmail of providers. The names in {@link LABELS} find most others, such as `mail.` and `webmail.` of any provider. */
const MAILBOXES =
  'inbox.google.com gmail.com googlemail.com outlook.live.com outlook.office.com outlook.office365.com outlook.com ' +
  'outlook.cloud.microsoft hotmail.com icloud.com me.com currently.att.yahoo.com attmail.com mail.com proton.me ' +
  'protonmail.com protonmail.ch tuta.com tutanota.com tutanota.de fastmail.com fastmail.fm app.hey.com hey.com ' +
  'hushmail.com mailbox.org posteo.de runbox.com startmail.com mailfence.com superhuman.com shortwave.com gmx.net ' +
  'gmx.de gmx.com gmx.at gmx.ch gmx.co.uk gmx.fr gmx.es navigator.web.de deref-gmx.net deref-gmx.com deref-web.de ' +
  'deref-mail.com 3c.web.de bap.web.de web.de freenetmail.de freemail.hu laposte.net messagerie.orange.fr ' +
  'messagerie.laposte.net zimbra.free.fr messagerie.sfr.fr messagerie.numericable.fr bbox.bouyguestelecom.fr ' +
  'caramail.com netcourrier.com e.mail.ru touch.mail.ru octavius.mail.ru light.mail.ru email.seznam.cz post.cz ' +
  'poczta.onet.pl poczta.wp.pl poczta.interia.pl poczta.o2.pl rediffmail.com hanmail.net foxmail.com exmail.qq.com ' +
  '126.com yeah.net 139.com 189.cn xfinity.com comcast.net cox.net optimum.net optonline.net verizon.net roadrunner.com ' +
  'btinternet.com btmail.bt.com email.bt.com ntlworld.com blueyonder.co.uk bigpond.com kpnmail.nl xs4all.nl skynet.be ' +
  'bluewin.ch hispeed.ch email.it inbox.lv inbox.lt mail.ee emailsrvr.com titan.email mailo.com campaign-archive.com ' +
  'mailchi.mp list-manage.com createsend.com mykolab.com kolabnow.com disroot.org riseup.net ' +
  'deref-web-02.de imp.free.fr mail.bg abv.bg ymail.com rocketmail.com sparkmailapp.com ksuite.infomaniak.com ' +
  'qiye.aliyun.com communicator.strato.de communicator.strato.com';

/** Services that rewrite the links of emails, to check where they lead before the reader gets there. */
const LINK_PROTECTION =
  'safelinks.protection.outlook.com safelinks.protection.office365.us protection.outlook.com urldefense.com ' +
  'urldefense.us urldefense.proofpoint.com proofpoint.com mimecast.com mimecast.co.za mimecastprotect.com ' +
  'linkprotect.cudasvc.com cudasvc.com secure-web.cisco.com iphmx.com protection.sophos.com clicktime.symantec.com ' +
  'clicktime.cloud.postoffice.net protect2.fireeye.com protect.fireeye.com urlsand.esvalabs.com urlsand.com ' +
  'protect.checkpoint.com atpscan.global.hornetsecurity.com cloud-security.net avanan.click inky.com ' +
  'linklock.titanhq.com link.zixcentral.com zixcentral.com greathorn.com edgepilot.com scanmail.trustwave.com ' +
  'antispamcloud.com spamexperts.com fortimailcloud.com ' +
  'linkscan.io';

/** Hosts of email tools that count the clicks on the links of emails. */
const EMAIL_LINKS =
  'sendgrid.net pstmrk.it links.iterable.com click.mlsend.com klclick.com klclick1.com klclick2.com klclick3.com ' +
  'mandrillapp.com cmail19.com cmail20.com createsend1.com emlnk.com emlnk9.com acemlna.com acemlnb.com rs6.net ' +
  'exct.net exacttarget.com sidekickopen.com hubspotlinks.com hubspotlinksstarter.com hs-email.click mjt.lu ' +
  'soundestlink.com dripemail2.com sendibt2.com sendibt3.com sendibm1.com sendibm2.com sp1-brevo.net ' +
  'convertkit-mail.com convertkit-mail2.com campaign-image.com eomail.com';

/** An entry holds for the host and for all hosts below it. The longest entry wins. */
export const HOSTS: Record<HostCategory, string> = {
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
    'aliexpress.com alibaba.com temu.com shein.com wish.com rakuten.com rakuten.co.jp flipkart.com ' +
    'zalando.de otto.de bol.com allegro.pl cdiscount.com wayfair.com newegg.com costco.com homedepot.com ' +
    'pricegrabber.com shopzilla.com pricerunner.com pricespy.co.uk kelkoo.com geizhals.de billiger.de ' +
    'poshmark.com depop.com vinted.com taobao.com tmall.com jd.com coupang.com lazada.com mercari.com ' +
    'slickdeals.net groupon.com shopping.naver.com ozon.ru wildberries.ru leboncoin.fr',
  ai:
    'chatgpt.com chat.openai.com claude.ai perplexity.ai gemini.google.com bard.google.com ' +
    'notebooklm.google.com copilot.microsoft.com copilot.cloud.microsoft m365.cloud.microsoft deepseek.com ' +
    'chat.deepseek.com grok.com meta.ai chat.mistral.ai you.com poe.com phind.com character.ai pi.ai duck.ai ' +
    'doubao.com kimi.com yuanbao.tencent.com chat.qwen.ai lumo.proton.me consensus.app iask.ai',
  webmail: `${MAILBOXES} ${LINK_PROTECTION} ${EMAIL_LINKS}`,
  payment: PAYMENT_HOSTS,
  site:
    'accounts.google.com docs.google.com drive.google.com sites.google.com groups.google.com calendar.google.com ' +
    'meet.google.com classroom.google.com translate.google.com cloud.google.com support.google.com play.google.com ' +
    'developers.google.com news.yahoo.com finance.yahoo.com sports.yahoo.com blog.naver.com cafe.naver.com ' +
    'aws.amazon.com developer.amazon.com',
};

/**
 * Names of the parts of a host, left of the domain that its owner registered: `acs` in `acs.bank.example`, and not in `acs.org`.
 * They count before the entry of a domain, so that `mail.yahoo.net` is a mailbox and `yahoo.net` is not.
 */
export const LABELS: ReadonlyArray<{ category: HostCategory; label: RegExp; only_first?: true }> = [
  // Card authentication: the access control servers (acs) of banks, and 3-D Secure.
  { category: 'payment', label: /^acs\d{0,3}(?:-?(?:3ds|ui|auth|secure|bank|prod)[\w-]*)?$|^secure[\w-]*acs/ },
  { category: 'payment', label: /(?:^|-)(?:3ds\d{0,3}|3d-?secure\d{0,3}|threeds\d{0,3}|vbv\d{0,3})(?:-|$)/ },
  { category: 'payment', label: /^(?:idcheck|verifiedbyvisa|securecode|safekey)$/ },
  { category: 'payment', label: /^(?:checkout|payments?|paypage|paygate|securepay|secure-?payments?|epayments?)\d?$/ },
  { category: 'payment', label: /^(?:betalen|betaling|pagos?|pagamenti|paiements?|zahlung|platnosci|odeme)$/ },
  // As a shop's referrer, `pay.` is the page of a wallet or a bank. After the first part of a host it can be anything.
  { category: 'payment', label: /^(?:e?pay|ideal)\d{0,2}$/, only_first: true },
  { category: 'webmail', label: /^(?:my|the|m|f\d)?-?(?:web|e-?)?mail(?:box|host|er)?-?\d{0,4}[a-z]?$|^inbox$/ },
  {
    category: 'webmail',
    label:
      /^(?:owa|outlook|roundcube|squirrelmail|zimbra|horde|poczta|posta|pochta|courriel|correo(?:web)?|messagerie\w*)$/,
  },
  {
    category: 'webmail',
    label: /(?:^|-)ctp$|^(?:safelinks?|urldefense|linkprotect|protect-[a-z]{2}|urlprotect|linkscan)$/,
  },
];

/** Brands with a host in every country: google.co.uk, amazon.com.au, yandex.com.tr. */
export const BRANDS: Partial<Record<HostCategory, string>> = {
  search: 'google yahoo yandex',
  social: 'pinterest',
  shopping: 'amazon ebay idealo mercadolibre mercadolivre shopee',
};

/** Apps send the referrer `android-app://PACKAGE`. Only the exact package counts. */
export const APPS: Partial<Record<HostCategory, string>> = {
  search: 'com.google.android.googlequicksearchbox com.microsoft.bing com.duckduckgo.mobile.android',
  social:
    'com.facebook.katana com.facebook.orca com.facebook.lite com.instagram.android com.instagram.barcelona ' +
    'com.twitter.android com.linkedin.android com.reddit.frontpage com.pinterest com.zhiliaoapp.musically ' +
    'com.snapchat.android com.whatsapp org.telegram.messenger com.discord',
  video: 'com.google.android.youtube tv.twitch.android.app com.vimeo.android.videoapp',
  shopping: 'com.amazon.mshop.android.shopping com.ebay.mobile com.etsy.android',
  ai: 'com.openai.chatgpt com.anthropic.claude ai.perplexity.app.android com.google.android.apps.bard com.microsoft.copilot',
  webmail:
    'com.google.android.gm com.google.android.gm.lite com.microsoft.office.outlook com.microsoft.outlooklite ' +
    'com.yahoo.mobile.client.android.mail com.yahoo.mobile.client.android.mail.lite com.aol.mobile.aolapp com.aol.mobile.mail ' +
    'ch.protonmail.android me.proton.android.mail com.samsung.android.email.provider com.android.email com.google.android.email ' +
    'com.htc.android.mail com.lge.email com.sonymobile.email com.sonyericsson.email com.motorola.email com.huawei.email ' +
    'com.miui.email com.asus.email com.oneplus.mail com.blackberry.hub com.apple.mobilemail org.mozilla.thunderbird ' +
    'net.thunderbird.android com.fsck.k9 eu.faircode.email org.kman.aquamail me.bluemail.mail com.easilydo.mail com.readdle.spark ' +
    'com.cloudmagic.mail com.my.mail ru.mail.mailapp ru.yandex.mail com.rambler.mail com.ninefolders.hd3 com.mailwise ' +
    'de.gmx.mobile.android.mail de.web.mobile.android.mail com.mail.mobile.android.mail de.telekom.mail com.onet.mail ' +
    'pl.wp.mail pl.interia.poczta cz.seznam.email fr.laposte.mail com.orange.mail.fr com.orange.android.mail it.italiaonline.mail ' +
    'com.libero.mail de.tutao.tutanota com.fastmail.app com.zoho.mail com.basecamp.hey com.superhuman.mobile com.nhn.android.mail ' +
    'net.daum.android.mail com.tencent.androidqqmail com.netease.mail com.netease.mobimail com.alibaba.cloudmail cn.cj.pe ' +
    'com.rediff.mail.and com.comcast.hsf com.xfinity.mail com.mimecast.android.mail com.vmware.boxer com.trtf.blue ' +
    'park.hotm.email.app com.edisonmail com.syntomo.email com.mailboxapp com.titan.mail com.hushmail.android',
};

/** Names that people write into `utm_source` for a whole network. */
export const SOURCE_NAMES: Partial<Record<HostCategory, string>> = {
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

/** Domains below which everybody can have a site of their own, so that two hosts below them are two sites. */
export const SHARED_DOMAINS: ReadonlySet<string> = new Set(
  (
    'myshopify.com github.io gitlab.io blogspot.com wordpress.com wixsite.com weebly.com squarespace.com webflow.io netlify.app ' +
    'vercel.app herokuapp.com web.app firebaseapp.com pages.dev workers.dev azurewebsites.net cloudfront.net amazonaws.com ' +
    'onrender.com fly.dev square.site bigcartel.com tumblr.com typepad.com jimdo.com jimdosite.com strikingly.com ' +
    'mystrikingly.com webnode.com ning.com mybigcommerce.com lightspeedhq.com ecwid.com shoplazza.com storenvy.com tilda.ws'
  ).split(' '),
);
