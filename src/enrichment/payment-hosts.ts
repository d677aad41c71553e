/** The hosts of payment pages, kept as those of `host-lists.ts` are. */

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
  'payletter.com dragonpay.com getbread.com rvvup.com ' +
  'adyen.link girogate.de starfinanz.de eps-ueberweisung.at online-pay.kakao.com paytabs.sa bolt.com ' +
  'secure.bread.com apay-us.amazon.com apay-eu.amazon.com amazonpay.amazon.com amazonpay.amazon.co.jp ' +
  'paywithmybank.com vr-pay.de simplify.com acima.com progleasing.com snapfinance.com getcatch.com catchpay.com ' +
  'sunbit.com perpay.com citizenspay.com mysynchrony.com comenity.net paysimple.com viabill.com anyday.io ' +
  'sparxpres.dk payson.se klarna.se billmate.se briqpay.com bambora.no epay-payment.eu ditonlinebetalingssystem.dk ' +
  'betalingsservice.dk freepay.dk yourpay.io paylike.io payzone.ie';

/** Authentication of cards (3-D Secure) at servers of others than the bank. */
const CARD_AUTHENTICATION =
  '3dsecure.io 3ds.io arcot.com cardinalcommerce.com securesuite.net securesuite.co.uk rsa3dsauth.com rsa3dsauth.co.uk ' +
  'netcetera-payment.ch modirum.com gpayments.com gpayments.net entersekt.com wibmo.com wibmo.co enstage.com ' +
  'enstage-sas.com touchtechpayments.com cardlink.gr icscards.nl viseca.ch one.viseca.ch cornercard.ch swisscard.ch ' +
  'cembra.ch bonuscard.ch bankid.com bankid.no bankid.cz mitid.dk nemid.nu danid.dk idin.nl itsme.be itsme-id.com ' +
  'smart-id.com mobiilivarmenne.fi apata.io outseer.com visa.com mastercard.com americanexpress.com cal-online.co.il ' +
  'isracard.co.il max.co.il bkm.com.tr bkmexpress.com.tr goguvenliodeme.bkm.com.tr ' +
  'masterpass.com verifiedbyvisa.com mycardsecure.com securecode.com vr-secure.de netcetera.com itsme.services';

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
  'capitecbank.co.za alrajhibank.com.sa emiratesnbd.com ' +
  'ebank.db.com luminor.lt luminor.lv synchronybank.com synchrony.com citizensbank.com resursbank.no ' +
  'santanderconsumer.no banknorwegian.no bank.norwegian.no entercard.no ikano.se collector.se nordax.se ' +
  'raiffeisen.hu bancamediolanum.it credem.it hype.it isybank.com caixabankpc.com gruposantander.es sabadell.com ' +
  'ingdirect.es unicajabanco.es evobanco.com bpi.pt mabanque.bnpparibas sg.fr bred.fr orangebank.fr vanlanschot.nl';

/** All of them, with a blank between two. */
export const PAYMENT_HOSTS = `${PAYMENT_PROVIDERS} ${CARD_AUTHENTICATION} ${BANKS}`;
