/**
 * The hosts that decide a channel: search engines, social networks, video sites, shops, AI assistants, mailboxes, payment pages.
 * They are kept by hand, because no maintained list has a licence that fits. The categories follow GA4 and Matomo (CC0). If
 * reports show a host of these kinds as `referral`, add it here and increase RULES_VERSION. A brand adds payment pages of its own
 * with the setting `payment_hosts`.
 */

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
  'mailchi.mp list-manage.com createsend.com mykolab.com kolabnow.com disroot.org riseup.net';

/** Services that rewrite the links of emails, to check where they lead before the reader gets there. */
const LINK_PROTECTION =
  'safelinks.protection.outlook.com safelinks.protection.office365.us protection.outlook.com urldefense.com ' +
  'urldefense.us urldefense.proofpoint.com proofpoint.com mimecast.com mimecast.co.za mimecastprotect.com ' +
  'linkprotect.cudasvc.com cudasvc.com secure-web.cisco.com iphmx.com protection.sophos.com clicktime.symantec.com ' +
  'clicktime.cloud.postoffice.net protect2.fireeye.com protect.fireeye.com urlsand.esvalabs.com urlsand.com ' +
  'protect.checkpoint.com atpscan.global.hornetsecurity.com cloud-security.net avanan.click inky.com ' +
  'linklock.titanhq.com link.zixcentral.com zixcentral.com greathorn.com edgepilot.com scanmail.trustwave.com ' +
  'antispamcloud.com spamexperts.com fortimailcloud.com';

/** Payment providers, wallets, instalments and card authentication. */
const PAYMENT_PROVIDERS =
  'paypal.com paypal.me venmo.com shop.app pay.shopify.com checkout.shopify.com myshopify.com shopifycs.com ' +
  'checkout.stripe.com stripe.com stripe.network link.com klarna.com klarnapayments.com klarnacdn.net adyen.com ' +
  'adyenpayments.com mollie.com afterpay.com afterpay.nl riverty.com clearpay.co.uk clearpay.com affirm.com affirm.ca ' +
  'sezzle.com zip.co quadpay.com zippay.com.au laybuy.com humm.com.au humm-group.com openpay.com.au ' +
  'latitudefinancial.com latitudepay.com splitit.com breadpayments.com katapult.com paybright.com tabby.ai tamara.co ' +
  'scalapay.com alma.eu oney.fr oney.es oney.io oney.pt cofidis.fr cofidis.es floapay.com pledg.co sequra.es sequra.com ' +
  'aplazame.com pagantis.com soisy.it heidipay.com heylight.com billie.io mondu.ai ratepay.com billpay.de in3.nl ' +
  'spraypay.nl divido.com payl8r.com paidy.com atome.sg kredivo.com ideal.nl wero-wallet.eu sofort.com ' +
  'sofortueberweisung.de giropay.de paydirekt.de przelewy24.pl payu.com payu.pl payu.in payulatam.com payu.ro payu.cz ' +
  'payu.tr dotpay.pl tpay.com paynow.pl paypo.pl imoje.pl blik.com blue-media.pl bluemedia.pl autopay.com autopay.pl ' +
  'platnosci.pl cashbill.pl hotpay.pl mbway.pt sibs.com sibs.pt multibanco.pt ifthenpay.com easypay.pt eupago.pt ' +
  'eupago.com bancontact.com payconiq.com payconiq.be swish.nu getswish.se vipps.no vippsmobilepay.com mobilepay.dk ' +
  'mobilepay.fi twint.ch trustly.com trustly.net payments.amazon.com pay.amazon.com payments.amazon.de ' +
  'payments.amazon.co.uk amazonpay.com payments-amazon.com apple-pay-gateway.apple.com applepay.apple.com ' +
  'pay.samsung.com pay.google.com payments.google.com wallet.google.com worldpay.com worldpay.us bibit.com checkout.com ' +
  'braintreegateway.com braintreepayments.com braintree-api.com squareup.com square.link cash.app squarecdn.com ' +
  'cardinalcommerce.com arcot.com nets.eu netaxept.no bbs.no dibspayment.com dibspayment.eu dibs.dk epay.dk epay.eu ' +
  'quickpay.net bambora.com bamboracdn.com onpay.io pensopay.com reepay.com billwerk.com scanpay.dk svea.com ' +
  'sveaekonomi.se payex.com payex.se swedbankpay.com qliro.com walley.se collectorbank.se paytrail.com paytrail.fi ' +
  'checkout.fi avarda.com resurs.com resursbank.se redsys.es sermepa.es ceca.es bizum.es paycomet.com addonpayments.com ' +
  'razorpay.com paytm.in paytm.com paytmpayments.com ccavenue.com billdesk.com phonepe.com mobikwik.com instamojo.com ' +
  'cashfree.com payumoney.com juspay.in bharatpe.com lazypay.in mercadopago.com mercadopago.com.br mercadopago.com.ar ' +
  'mercadopago.com.mx mercadopago.cl mercadopago.com.co mercadopago.com.pe mercadopago.com.uy pagseguro.com.br ' +
  'pagseguro.uol.com.br pagseguro.com pagbank.com.br picpay.com pagar.me boleto.com.br boletobancario.com cielo.com.br ' +
  'userede.com.br getnet.com.br ebanx.com ebanx.com.br dlocal.com iugu.com asaas.com gerencianet.com.br efipay.com.br ' +
  'wirecard.com.br moip.com.br kueski.com kueskipay.com conekta.com conekta.io openpay.mx oxxopay.com webpay.cl ' +
  'transbank.cl khipu.com flow.cl kushkipagos.com wompi.co epayco.co placetopay.com pagoefectivo.pe culqi.com ' +
  'niubiz.com.pe nubank.com.br alipay.com alipay.cn alipayplus.com antom.com pay.weixin.qq.com wx.tenpay.com tenpay.com ' +
  'wechatpay.com unionpay.com 95516.com unionpayintl.com pay.naver.com kakaopay.com toss.im tosspayments.com inicis.com ' +
  'kcp.co.kr nicepay.co.kr payco.com danal.co.kr paypay.ne.jp paypay-corp.co.jp gmopg.jp gmo-pg.com sbps.jp ' +
  'sbpayment.jp komoju.com veritrans.co.jp linepay.com pay.line.me d-payment.jp pay.rakuten.co.jp ' +
  'checkout.rakuten.co.jp 2c2p.com omise.co opn.ooo midtrans.com xendit.co doku.com faspay.co.id ipay88.com ' +
  'ipay88.com.my molpay.com billplz.com senangpay.my gcash.com paymaya.com maya.ph dragonpay.ph paymongo.com vnpay.vn ' +
  'momo.vn zalopay.vn onepay.vn nganluong.vn paymentwall.com payoneer.com skrill.com neteller.com paysafecard.com ' +
  'paysafe.com paysafecash.com trustpay.eu gopay.com gopay.cz comgate.cz thepay.cz gpwebpay.com barion.com simplepay.hu ' +
  'otpsimplepay.hu borgun.is saltpay.co rapyd.net teya.com valitor.com netopia-payments.com mobilpay.ro euplatesc.ro ' +
  'epay.bg borica.bg wspay.info corvuspay.com monri.com viva.com vivapayments.com everypay.gr everypay.ee ' +
  'maksekeskus.ee montonio.com paysera.com paysera.lt klix.app liqpay.ua fondy.eu fondy.ua wayforpay.com ' +
  'portmone.com.ua easypay.ua yookassa.ru yoomoney.ru robokassa.ru cloudpayments.ru qiwi.com tinkoff.ru tbank.ru ' +
  'sbp.nspk.ru payture.com iyzico.com iyzipay.com paytr.com param.com.tr payten.com.tr est.com.tr ipara.com ' +
  'paynet.com.tr hyperpay.com oppwa.com payfort.com payfort.amazon.com telr.com tap.company myfatoorah.com paytabs.com ' +
  'moyasar.com knet.com.kw benefit.bh fawry.com paymob.com accept.paymob.com paymobsolutions.com kashier.io ' +
  'flutterwave.com paystack.com paystack.co interswitchng.com payfast.co.za peachpayments.com payfast.io ozow.com ' +
  'yoco.com paygate.co.za mobicred.co.za pesapal.com dpogroup.com directpay.online authorize.net cybersource.com ' +
  '2checkout.com 2co.com verifone.cloud paddle.com fastspring.com cleverbridge.com digitalriver.com payproglobal.com ' +
  'bluesnap.com recurly.com chargebee.com gocardless.com truelayer.com tink.com yapily.com token.io plaid.com ' +
  'fintecture.com bridgeapi.io volt.io brite.com zimpler.com zimpler.net kevin.eu neonomics.io sagepay.com ' +
  'sagepay.co.uk opayo.co.uk opayo.eu elavon.com convergepay.com elavonpaymentgateway.com barclaycardsmartpay.com ' +
  'epdq.co.uk globalpay.com realexpayments.com globaliris.com payandshop.com securetrading.com securetrading.net ' +
  'trustpayments.com cardstream.com paymentsense.cloud dojo.tech takepayments.com paypoint.com ipg-online.com ' +
  'payeezy.com moneris.com beanstream.com bambora-na.com helcim.com windcave.com paymentexpress.com pin.net.au ' +
  'eway.com.au ewaypayments.com securepay.com.au poliapi.com polipayments.com polipay.co.nz payway.com.au ' +
  'fatzebra.com.au saferpay.com six-payment-services.com datatrans.com datatrans.ch datatrans.biz postfinance.ch ' +
  'wallee.com payrexx.com concardis.com pay1.de payone.com payone.de computop.com computop-paygate.com heidelpay.de ' +
  'heidelpay.com unzer.com secupay.ag novalnet.de novalnet.com micropayment.de wirecard.com wirecard.de wirecard.at ' +
  'mpay24.com hobex.at eps-payment.eu stuzza.at payunity.com ogone.com worldline-solutions.com sips-services.com ' +
  'sips-atos.com mercanet.bnpparibas.net e-transactions.fr paybox.com paytweak.com payline.com monext.fr ' +
  'monetico-services.com cm-cic-paiement.fr systempay.fr payzen.eu lyra.com hipay.com hipay-tpp.com hipaydirect.com ' +
  'lemonway.com payplug.com stancer.com be2bill.com dalenys.com limonetik.com cetelem.fr cetelem.es cetelem.it ' +
  'multisafepay.com multisafepay.nl pay.nl icepay.com buckaroo.nl buckaroo.io sisow.nl omnikassa.rabobank.nl ' +
  'omnikassa.nl docdatapayments.com emspay.eu emspay.nl tikkie.me cmtelecom.com ccvonlinepayments.com ccv.eu axerve.com ' +
  'sella.it gestpay.net gestpay.it nexi.it nexigroup.com keyclient.it cartasi.it satispay.com bancomatpay.it ' +
  'postepay.it mybank.eu xpay.nexi.it viafintech.com barzahlen.de coinbase.com commerce.coinbase.com bitpay.com ' +
  'coingate.com nowpayments.io opennode.com coinpayments.net btcpayserver.org moonpay.com pay.binance.com paysecure.ru ' +
  'upay.uz payme.uz click.uz kaspi.kz cloudpayments.kz epay.kkb.kz sumup.com sumup.link zettle.com izettle.com ' +
  'mypos.com mypos.eu revolut.com revolut.me wise.com transferwise.com payhere.lk sslcommerz.com bkash.com aamarpay.com ' +
  'nagad.com.bd jazzcash.com.pk easypaisa.com.pk esewa.com.np khalti.com primer.io spreedly.com gr4vy.com payoo.vn ' +
  'payletter.com dragonpay.com getbread.com rvvup.com';

/** Authentication of cards (3-D Secure) at servers of others than the bank. */
const CARD_AUTHENTICATION =
  '3dsecure.io 3ds.io arcot.com cardinalcommerce.com securesuite.net securesuite.co.uk rsa3dsauth.com rsa3dsauth.co.uk ' +
  'netcetera-payment.ch modirum.com gpayments.com gpayments.net entersekt.com wibmo.com wibmo.co enstage.com ' +
  'enstage-sas.com touchtechpayments.com cardlink.gr icscards.nl viseca.ch one.viseca.ch cornercard.ch swisscard.ch ' +
  'cembra.ch bonuscard.ch bankid.com bankid.no bankid.cz mitid.dk nemid.nu danid.dk idin.nl itsme.be itsme-id.com ' +
  'smart-id.com mobiilivarmenne.fi apata.io outseer.com visa.com mastercard.com americanexpress.com cal-online.co.il ' +
  'isracard.co.il max.co.il bkm.com.tr bkmexpress.com.tr goguvenliodeme.bkm.com.tr';

/** Banks on whose pages buyers confirm payments. A bank is hardly ever the place where somebody hears of a shop. */
const BANKS =
  'ing.nl ing.com ing.be ing.de ing.es ing.com.au ing.ro ingbank.pl rabobank.nl rabobank.com abnamro.nl abnamro.com ' +
  'asnbank.nl snsbank.nl regiobank.nl bunq.com bunq.me knab.nl triodos.nl triodos.com vanlanschot.com ' +
  'vanlanschotkempen.com moneyou.nl n26.com kbc.be cbc.be kbcbrussels.be belfius.be bnpparibasfortis.be hellobank.be ' +
  'argenta.be axabank.be crelan.be beobank.be fintro.be keytradebank.be sparkasse.de sparkasse.at s-online-banking.de ' +
  'berliner-sparkasse.de haspa.de postbank.de comdirect.de dkb.de commerzbank.de deutsche-bank.de norisbank.de ' +
  'hypovereinsbank.de unicreditbank.de targobank.de santander.de consorsbank.de 1822direkt.de vr-networld.de vr.de ' +
  'fiduciagad.de atruvia.de volksbank.de sparda.de raiffeisen.at bawag.at easybank.at erstebank.at bankaustria.at ' +
  'oberbank.at raiffeisen.ch ubs.com credit-suisse.com zkb.ch bcv.ch barclays.co.uk barclaycard.co.uk lloydsbank.com ' +
  'lloydsbank.co.uk halifax.co.uk halifax-online.co.uk bankofscotland.co.uk hsbc.co.uk hsbc.com hsbc.com.hk ' +
  'firstdirect.com natwest.com nwolb.com rbs.co.uk santander.co.uk nationwide.co.uk monzo.com starlingbank.com ' +
  'tsb.co.uk co-operativebank.co.uk metrobankonline.co.uk virginmoney.com tescobank.com sainsburysbank.co.uk ' +
  'capitalone.co.uk capitalone.com newday.co.uk aib.ie bankofireland.com permanenttsb.ie mbank.pl ipko.pl pkobp.pl ' +
  'inteligo.pl santander.pl pekao24.pl pekao.com.pl aliorbank.pl bankmillennium.pl bnpparibas.pl credit-agricole.pl ' +
  'citibank.pl citi.com nestbank.pl velobank.pl getinbank.pl bosbank.pl plusbank.pl toyotabank.pl danskebank.dk ' +
  'danskebank.fi danskebank.se danskebank.no danskebank.com nordea.dk nordea.fi nordea.se nordea.no nordea.com ' +
  'swedbank.se swedbank.ee swedbank.lv swedbank.lt seb.se seb.ee seb.lv seb.lt handelsbanken.se handelsbanken.no ' +
  'handelsbanken.fi lansforsakringar.se skandiabanken.se icabanken.se ikanobank.se dnb.no sparebank1.no sbanken.no ' +
  'jyskebank.dk nykredit.dk sydbank.dk alandsbanken.fi op.fi osuuspankki.fi s-pankki.fi aktia.fi poppankki.fi ' +
  'saastopankki.fi omasp.fi luminor.ee lhv.ee citadele.lv bnpparibas.net bnpparibas.com bnpparibas.fr ' +
  'credit-agricole.fr ca-paris.fr lcl.fr societegenerale.fr banquepopulaire.fr caisse-epargne.fr creditmutuel.fr cic.fr ' +
  'boursobank.com labanquepostale.fr hellobank.fr fortuneo.fr monabanq.com bforbank.com caixabank.es lacaixa.es ' +
  'caixabankpay.com bbva.es bbva.com bbva.mx bancosantander.es santander.com.mx santander.com.br bancsabadell.com ' +
  'bankinter.com unicaja.es kutxabank.es abanca.com openbank.es intesasanpaolo.com unicredit.it bancobpm.it bpm.it ' +
  'mps.it bper.it fineco.it finecobank.com mediolanum.it poste.it chebanca.it millenniumbcp.pt cgd.pt novobanco.pt ' +
  'santander.pt bancobpi.pt activobank.pt montepio.pt csob.cz csas.cz kb.cz moneta.cz rb.cz fio.cz airbank.cz slsp.sk ' +
  'tatrabanka.sk vub.sk otpbank.hu kh.hu erstebank.hu bancatransilvania.ro bcr.ro brd.ro raiffeisen.ro alpha.gr ' +
  'alphabank.gr eurobank.gr nbg.gr piraeusbank.gr dskbank.bg ubb.bg zaba.hr pbz.hr nlb.si akbank.com garantibbva.com.tr ' +
  'garanti.com.tr isbank.com.tr yapikredi.com.tr ziraatbank.com.tr qnbfinansbank.com qnb.com.tr halkbank.com.tr ' +
  'vakifbank.com.tr denizbank.com sberbank.ru alfabank.ru vtb.ru privatbank.ua monobank.ua hdfcbank.com icicibank.com ' +
  'sbi.co.in onlinesbi.sbi axisbank.com axisbank.co.in kotak.com yesbank.in idfcfirstbank.com pnbindia.in ' +
  'bankofamerica.com chase.com wellsfargo.com usbank.com pnc.com discover.com td.com rbc.com rbcroyalbank.com ' +
  'scotiabank.com bmo.com cibc.com desjardins.com interac.ca commbank.com.au nab.com.au anz.com anz.com.au ' +
  'westpac.com.au westpac.co.nz asb.co.nz bnz.co.nz kiwibank.co.nz itau.com.br bradesco.com.br bb.com.br caixa.gov.br ' +
  'bancointer.com.br bancochile.cl bancoestado.cl bancolombia.com pse.com.co davivienda.com bcp.com.pe viabcp.com ' +
  'galicia.ar dbs.com dbs.com.sg ocbc.com uob.com.sg maybank2u.com.my cimbclicks.com.my kasikornbank.com scb.co.th ' +
  'bca.co.id bankmandiri.co.id bni.co.id bri.co.id absa.co.za fnb.co.za standardbank.co.za nedbank.co.za ' +
  'capitecbank.co.za alrajhibank.com.sa emiratesnbd.com';

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
  webmail: `${MAILBOXES} ${LINK_PROTECTION}`,
  payment: `${PAYMENT_PROVIDERS} ${CARD_AUTHENTICATION} ${BANKS}`,
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
    label: /^(?:owa|outlook|roundcube|squirrelmail|zimbra|horde|poczta|posta|pochta|courriel|messagerie)$/,
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
