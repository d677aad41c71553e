/** Targets that are mail addresses: each recipient gets a mail of its own, with a link that ends it. */
import type { MailSettings } from '../../mail/settings.ts';
import { type Mail, MailTransport } from '../../mail/transport.ts';
import { digestHtml, type MailLinks } from '../../present/mail/html.ts';
import { digestText } from '../../present/mail/text.ts';
import { type Composed, sendName } from '../compose.ts';
import type { Recipients } from '../recipients.ts';
import { type Attempt, DELIVERED, type Target } from './targets.ts';

const CHART = 'trend';
const FILE = 'email-revenue-by-day.png';
const STATUS = { retry: 'waiting', refused: 'refused', unknown: 'unknown' } as const;

/** The period of a mail, and the page that it leads to. */
export interface MailFacts {
  schedule_id: string;
  start: string;
  page: string | null;
  public_url: string;
  now_ms: number;
}

/** The parts of a mail that are the same for all. */
export function mailContent(
  { digest, chart }: Composed,
  links: Omit<MailLinks, 'chart'>,
): Pick<Mail, 'subject' | 'text' | 'html' | 'pictures'> {
  const all = { ...links, chart: `cid:${CHART}` };
  return {
    subject: `${digest.title}: ${digest.period}`,
    text: digestText(digest, all),
    html: digestHtml(digest, all),
    pictures: chart === null ? [] : [{ cid: CHART, file_name: FILE, content: chart, content_type: 'image/png' }],
  };
}

export async function mailTarget(
  address: string,
  composed: Composed,
  facts: MailFacts,
  { recipients, settings }: { recipients: Recipients; settings: MailSettings },
): Promise<Target> {
  const { schedule_id, start, page, public_url, now_ms } = facts;
  const key = await recipients.keyOf(schedule_id, address);
  const name = `mail ${key}`;
  return {
    name,
    is_repeatable: false,
    deliver: async (handOver): Promise<Attempt> => {
      if (await recipients.hasUnsubscribed(key)) return { status: 'unsubscribed', reason: '' };
      const unsubscribe = `${public_url}/u/${await recipients.tokenOf(key)}`;
      const domain = settings.from.replace(/^.*@|>$/g, '');
      const mail: Mail = {
        to: [address],
        ...mailContent(composed, { page, unsubscribe }),
        message_id: sendName(schedule_id, start, name),
        sent_ms: now_ms,
        headers: {
          'List-Unsubscribe': `<${unsubscribe}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          'List-Id': `<${schedule_id.replaceAll('_', '-')}.schedules.${domain}>`,
        },
      };
      const sent = await new MailTransport(settings).send(mail, handOver);
      return sent.outcome === 'sent' ? DELIVERED : { status: STATUS[sent.outcome], reason: sent.reason };
    },
  };
}
