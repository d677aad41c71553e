// Sends one email whose links and opens Tributary counts.
//
//   npm install nodemailer tributary
//   TRIBUTARY_URL=http://127.0.0.1:8400 TRIBUTARY_WRITE_KEY=trb_write_… SMTP_URL=smtp://localhost:1025 node send.mjs anna@example.com
//
// With a key of its own, the program needs no server while it sends: set TRIBUTARY_LINK_KEY (tributary email-keys create --name mailer)
// and TRACKING_URL instead of the first two.
import nodemailer from 'nodemailer';
import { tributaryLinks } from 'tributary/email';

const { TRIBUTARY_URL, TRIBUTARY_WRITE_KEY, TRIBUTARY_LINK_KEY, TRACKING_URL, SMTP_URL } = process.env;
const [recipient] = process.argv.slice(2);
const where =
  TRIBUTARY_LINK_KEY === undefined
    ? { server: TRIBUTARY_URL, write_key: TRIBUTARY_WRITE_KEY }
    : { base_url: TRACKING_URL, key: TRIBUTARY_LINK_KEY };

const transport = nodemailer.createTransport(SMTP_URL);
transport.use(
  'compile',
  tributaryLinks({ ...where, onError: (error) => console.error(`sent without tracking: ${error.message}`) }),
);

const sent = await transport.sendMail({
  from: 'Shop <news@shop.example>',
  to: recipient,
  subject: 'Spring sale',
  html: `<html><body>
  <p><a href="https://shop.example/spring">Everything for spring</a></p>
  <p><a href="https://shop.example/unsubscribe">Unsubscribe</a></p>
</body></html>`,
  list: { unsubscribe: 'https://shop.example/unsubscribe' },
  // Without customer_id, the address of the recipient is the id of the customer.
  tributary: { customer_id: 'customer-1', campaign_id: 'spring-sale', email_id: 'teaser', campaign_kind: 'campaign' },
});
console.log(`sent ${sent.messageId}`);
