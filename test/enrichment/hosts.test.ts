/** Payment pages are no arrivals, mailboxes are email, and other sites below the same names are neither. */
import { describe, expect, it, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { categoryOfHost } from '../../src/enrichment/hosts.ts';
import { enrich } from './options.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

const PAYMENT = words(`
  shop.app www.paypal.com paypal.com checkout.stripe.com hooks.stripe.com pay.klarna.com js.klarna.com checkoutshopper-live.adyen.com
  live.adyen.com www.mollie.com portal.afterpay.com portal.clearpay.co.uk www.affirm.com checkout.sezzle.com ideal.ing.nl
  betalen.rabobank.nl www.abnamro.nl ideal.asnbank.nl diensten.snsbank.nl ideal.bunq.com www.sofort.com giropay.de secure.przelewy24.pl
  secure.payu.com blik.com www.mbway.pt www.bancontact.com mobile.vipps.no mobilepay.dk www.twint.ch checkout.trustly.com
  payments.amazon.de pay.amazon.com pay.google.com secure.worldpay.com checkout.com api.checkout.com www.braintreegateway.com
  squareup.com checkout.square.site centinelapi.cardinalcommerce.com geo.cardinalcommerce.com secure5.arcot.com 3ds.nets.eu
  sis.redsys.es api.razorpay.com securegw.paytm.in www.mercadopago.com.br pagseguro.uol.com.br intl.alipay.com wx.tenpay.com
  my-brand.myshopify.com checkout.shop-of-anna.example acs.bank.example acs2.bank.co.uk 3dsecure.bank.example 3ds.bank.example
  acs-3ds.bank.example 3ds-acs.bank.example www.3dsecure.icscards.nl secure-acs2ui-b1.wibmo.com idcheck.acs.touchtechpayments.com
  www.rsa3dsauth.co.uk vbv.bank.example 3d-secure.bank.example payment.gateway.example payments.gateway.example pay.wallet.example
  eu.adyen.link secure.bread.com apay-us.amazon.com amazonpay.amazon.com gw.freepay.dk relay.ditonlinebetalingssystem.dk mabanque.bnpparibas
  online-pay.kakao.com secure.paytabs.sa connect.bolt.com particuliers.sg.fr www.bpi.pt idp.prd.itsme.services d.comenity.net
  online.mbank.pl www.ipko.pl www.postbank.de secure.barclaycard.co.uk swish.nu op.fi www.danskebank.dk goguvenliodeme.bkm.com.tr`);

const MAIL = words(`
  mail.google.com us-mg5.mail.yahoo.com us.mail.yahoo.net x.mail.yahoo.net mail.virgilio.it www.icloud.com icloud.com 3c.gmx.net www.gmx.net
  web.de 3c.web.de navigator.web.de mail.t-online.de email.t-online.de mail01.orange.fr messagerie.orange.fr webmail.libero.it
  mail1.libero.it www.laposte.net email.seznam.cz e.mail.ru touch.mail.ru mail.yandex.com mail.yandex.com.tr mail.naver.com mail.daum.net
  mail.qq.com wx.mail.qq.com mail.163.com mail.proton.me mail.protonmail.com app.fastmail.com www.fastmail.com mail.zoho.eu
  app.hey.com app.tuta.com mail.tutanota.com mail.aol.com connect.xfinity.com webmail.cox.net currently.att.yahoo.com
  email.bt.com mail2.virginmedia.com f5mail.rediff.com mail.rediff.com eur01.safelinks.protection.outlook.com
  nam02.safelinks.protection.outlook.com urldefense.com urldefense.proofpoint.com protect-eu.mimecast.com protect-us.mimecast.com
  url.uk.m.mimecastprotect.com linkprotect.cudasvc.com secure-web.cisco.com us-west-2.protection.sophos.com
  imsva91-ctp.trendmicro.com outlook.live.com outlook.office.com outlook.cloud.microsoft webmail.isp.example mail.company.co.uk owa.company.example
  messageriepro3.orange.fr imp.free.fr correo.isp.example nm20.abv.bg deref-web-02.de communicator.strato.de linkscan.io
  u123.ct.sendgrid.net ctrk.klclick.com cl.s7.exct.net r20.rs6.net click.pstmrk.it mandrillapp.com
  webmail30.189.cn poczta.onet.pl clicktime.symantec.com protect2.fireeye.com email.mg.brand.example`);

const OTHERS: Array<[string, string | null]> = [
  ['acs.org', null],
  ['pubs.acs.org', null],
  ['www.acs.org', null],
  ['news.sky.com', null],
  ['display.example.com', null],
  ['www.payback.example', null],
  ['prepay.example.com', null],
  ['blog.pay.example.com', null],
  ['checkout.fi', 'payment'],
  ['3d-models.example.com', null],
  ['mail.ru', null],
  ['go.mail.ru', 'search'],
  ['virgilio.it', 'search'],
  ['search.yahoo.com', 'search'],
  ['mailchimp.com', null],
  ['www.dailymail.co.uk', null],
  ['shopping.yahoo.com', 'shopping'],
  ['gemini.google.com', 'ai'],
  ['suche.web.de', 'search'],
  ['suche.gmx.net', 'search'],
  ['evilpaypal.com', null],
  ['paypal.com.evil.example', null],
  ['myshopify.com.evil.example', null],
];

describe('the kind of a host', () => {
  test.each(PAYMENT)('%s is a payment page', (host) => expect(categoryOfHost(host)).toBe('payment'));
  test.each(MAIL)('%s is a mailbox', (host) => expect(categoryOfHost(host)).toBe('webmail'));
  test.each(OTHERS)('%s is %s', (host, kind) => expect(categoryOfHost(host)).toBe(kind));
  test.each([
    'com.google.android.gm',
    'com.fsck.k9',
    'ru.mail.mailapp',
    'com.readdle.spark',
    'de.gmx.mobile.android.mail',
  ])('the app %s is a mailbox', (app) => expect(enrich({ referrer: `android-app://${app}/` }).channel).toBe('email'));
});

describe('the site of a page', () => {
  const reason = (page: string, referrer: string, options = {}): string =>
    enrich({ url: `https://${page}/`, referrer: `https://${referrer}/` }, options).channel_reason;

  it('has all hosts below one registered domain', () => {
    expect(reason('checkout.shop.example', 'account.shop.example')).toBe('self_referral:account.shop.example');
    expect(reason('de.shop.co.uk', 'fr.shop.co.uk')).toBe('self_referral:fr.shop.co.uk');
    expect(reason('a.co.uk', 'b.co.uk')).toBe('referrer:b.co.uk');
    expect(reason('ann.github.io', 'bob.github.io')).toBe('referrer:bob.github.io');
    expect(reason('10.0.0.1', '10.1.0.1')).toBe('referrer:10.1.0.1');
  });

  it('has the domains, and its checkout the hosts, that the settings of its brand name', () => {
    const config = makeConfig({
      own_domains: ['all.example'],
      defaults: { payment_hosts: ['https://Bank.example/pay'] },
      brands: { b: { own_domains: ['*.brand-blog.example'], payment_hosts: ['till.example'] } },
    });
    const reasonOf = (brand_id: string, referrer: string): string =>
      enrich(
        { brand_id, url: 'https://shop.example/', referrer },
        { own_domains: config.own_domains, hosts_of: (id) => config.hosts.get(id) ?? config.default_hosts },
      ).channel_reason;
    expect(reasonOf('b', 'https://www.brand-blog.example/')).toBe('self_referral:brand-blog.example');
    expect(reasonOf('default', 'https://www.brand-blog.example/')).toBe('referrer:brand-blog.example');
    expect(reasonOf('b', 'https://x.till.example/')).toBe('payment_return:x.till.example');
    expect(reasonOf('default', 'https://my.bank.example/')).toBe('payment_return:my.bank.example');
    expect(reasonOf('b', 'https://my.bank.example/')).toBe('referrer:my.bank.example');
    expect(reasonOf('b', 'https://all.example/')).toBe('self_referral:all.example');
  });

  it('refuses a setting that is no host, with its name', () => {
    expect(() => makeConfig({ brands: { b: { payment_hosts: ['my bank'] } } })).toThrow(
      'config.brands.b.payment_hosts: "my bank" is not a host; write it such as pay.example.com',
    );
    expect(() => makeConfig({ own_domains: ['shop'] })).toThrow('config.own_domains: "shop" is not a host');
  });
});
