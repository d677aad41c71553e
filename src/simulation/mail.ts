/** The events of one email: sent, delivered or bounced, fetched by machines, read by people, clicked by both. */

import type { CampaignKind } from '../domain/campaign-kind.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../domain/time.ts';
import * as agents from './agents.ts';
import { emailEntry, landingUrl, PAGES } from './entries.ts';
import type { Person } from './person.ts';
import type { Email } from './programme.ts';
import { stamp } from './stamp.ts';
import { influence, visit } from './visits.ts';

/** One email on its way to one person. */
interface Message {
  ids: {
    customer_id: string;
    campaign_id: string;
    campaign_kind: CampaignKind;
    email_id: string;
    message_id: string;
  };
  email: Email;
  delivered_ms: number;
  delivered_at: string;
}

const SEND_COST_MICROS = 900;
const MAX_BOUNCES = 2;

/** True if the person gets the emails of the brand. */
export const isOnList = ({ joined, subscribed, bounces }: Person): boolean =>
  joined && subscribed && bounces < MAX_BOUNCES;

/** Sends an email, unless the person is not on the list or too many emails bounced. */
export function sendEmail(person: Person, email: Email, at_ms: number): void {
  if (!isOnList(person)) return;
  const { random, tally } = person;
  const { customer_id } = person;
  const { campaign_id, campaign_kind, email_id } = email;
  const ids = { customer_id, campaign_id, campaign_kind, email_id, message_id: person.id('msg') };
  report(person, ids, 'sent', at_ms);
  tally.addCost(at_ms, 'email', campaign_id, SEND_COST_MICROS);
  const delivered_ms = at_ms + random.integer(900, 30_000);
  if (person.traits.dead_address || random.chance(0.004)) {
    person.bounces += person.traits.dead_address ? 1 : 0;
    report(person, ids, 'bounced', delivered_ms);
    return;
  }
  if (!report(person, ids, 'delivered', delivered_ms)) return;
  const message: Message = { ids, email, delivered_ms, delivered_at: stamp(delivered_ms) };
  if (person.traits.scanned && random.chance(0.75)) scan(person, message);
  if (person.traits.mailbox === 'apple_mpp' && random.chance(0.94)) {
    person.at(delivered_ms + random.exponential(2 * MS_PER_HOUR), (at) => prefetch(person, message, at));
  }
  if (random.chance(Math.min(0.9, email.read_rate * person.traits.loyalty ** 0.4))) {
    person.at(person.awake(delivered_ms + random.exponential(5 * MS_PER_HOUR)), (at) => read(person, message, at));
  }
}

function report(person: Person, ids: Message['ids'], event_type: string, at_ms: number): boolean {
  const event = { event_id: person.id('ee'), event_type, ...ids, occurred_at: stamp(at_ms) };
  const happened = person.put('email_events', event, at_ms);
  if (happened) person.tally.mail[event_type as 'sent']++;
  return happened;
}

type Opener = 'human_opens' | 'proxied_opens' | 'machine_opens' | 'scanner_opens';

function open(
  person: Person,
  message: Message,
  at_ms: number,
  who: Opener,
  user_agent: string,
  ip_address: string,
): void {
  const evidence = { method: 'GET', delivered_at: message.delivered_at };
  if (person.touch('email_open', at_ms, { ...message.ids, user_agent, ip_address, evidence })) person.tally.mail[who]++;
}

/** Apple's servers fetch the images, whether or not the person reads the email. */
function prefetch(person: Person, message: Message, at_ms: number): void {
  open(person, message, at_ms, 'machine_opens', agents.APPLE_MPP_AGENT, agents.privateRelayAddress(person.random));
}

/** A mail gateway fetches the images and follows every link within seconds, before the person sees the email. */
function scan(person: Person, message: Message): void {
  const { random } = person;
  const user_agent = random.pick(agents.SCANNER_AGENTS);
  const ip_address = agents.gatewayAddress(random);
  const method = random.chance(0.3) ? 'HEAD' : 'GET';
  let at_ms = message.delivered_ms + random.integer(300, 3_000);
  open(person, message, at_ms, 'scanner_opens', user_agent, ip_address);
  const entry = emailEntry(message.email.campaign_id, message.email.email_id);
  for (let link = 0; link < 3; link++) {
    at_ms += random.integer(100, 1_500);
    const url = landingUrl(entry, PAGES[link]!.path, '');
    const evidence = { method, delivered_at: message.delivered_at };
    const fields = { ...message.ids, url, user_agent, ip_address, evidence };
    if (person.touch('email_click', at_ms, fields)) person.tally.mail.scanner_clicks++;
  }
}

function read(person: Person, message: Message, at_ms: number): void {
  const { random, traits, tally } = person;
  const seen = showOpen(person, message, at_ms);
  tally.mail.reads++;
  if (!seen) tally.mail.unseen_reads++;
  influence(person, 'email_read', at_ms);
  if (seen && random.chance(0.12)) {
    person.at(person.awake(at_ms + random.exponential(MS_PER_DAY)), (at) => void showOpen(person, message, at));
  }
  if (random.chance(Math.min(0.8, message.email.click_rate * traits.loyalty ** 0.3))) {
    person.at(at_ms + random.integer(4_000, 90_000), (at) => click(person, message, at));
  }
  if (random.chance(0.004)) person.touch('email_forward', at_ms + random.integer(20_000, 200_000), message.ids);
  if (random.chance(0.003)) person.touch('email_reply', at_ms + random.integer(60_000, 900_000), message.ids);
  leave(person, message, at_ms);
}

/** Reports the open of a reading person, if one is recorded. Apple's prefetch hides it, and Outlook often blocks images. */
function showOpen(person: Person, message: Message, at_ms: number): boolean {
  const { random, traits } = person;
  const { ip_address } = traits;
  switch (traits.mailbox) {
    case 'apple_mpp':
      return false;
    case 'gmail':
      open(person, message, at_ms, 'proxied_opens', agents.GMAIL_PROXY_AGENT, agents.googleProxyAddress(random));
      return true;
    case 'outlook':
      if (random.chance(0.35)) return false;
      open(person, message, at_ms, 'human_opens', agents.OUTLOOK_AGENT, ip_address);
      return true;
    case 'thunderbird':
      open(person, message, at_ms, 'human_opens', agents.THUNDERBIRD_AGENT, ip_address);
      return true;
    case 'webmail':
      open(person, message, at_ms, 'human_opens', random.pick(person.devices).user_agent, ip_address);
      return true;
  }
}

function click(person: Person, message: Message, at_ms: number): void {
  const { random } = person;
  const device = random.pick(person.devices);
  const entry = emailEntry(message.email.campaign_id, message.email.email_id);
  const page = random.pick(PAGES);
  const evidence = {
    method: 'GET',
    sec_fetch_mode: 'navigate',
    sec_fetch_user: '?1',
    delivered_at: message.delivered_at,
  };
  const { user_agent } = device;
  const fields = {
    ...message.ids,
    url: landingUrl(entry, page.path, ''),
    user_agent,
    ip_address: person.traits.ip_address,
    evidence,
  };
  if (person.touch('email_click', at_ms, fields)) person.tally.mail.human_clicks++;
  // A few people close the page before its script runs, so not every click has a visit.
  if (random.chance(0.94))
    person.at(at_ms + random.integer(800, 4_000), (at) => visit(person, at, entry, { device, page }));
}

function leave(person: Person, message: Message, at_ms: number): void {
  const { random } = person;
  const complains = random.chance(0.0015);
  if (!complains && !random.chance(0.007)) return;
  const left = report(
    person,
    message.ids,
    complains ? 'complained' : 'unsubscribed',
    at_ms + random.integer(5_000, 60_000),
  );
  if (left) person.subscribed = false;
}
