/** Emails that were sent with Mandrill (Mailchimp Transactional): the csv file of its activity, and the lines of its API. */
import type { Condition, FieldPlan, RecordPlan } from '../plan.ts';
import type { Preset } from './preset.ts';

/** What became of an email, by the status that the csv file and the API give it. Others were not sent, or not yet. */
const BOUNCED = eachCase('bounced', 'hard-bounced', 'soft-bounced', 'hard-bounce', 'soft-bounce');
const COMPLAINED = eachCase('spam');
const UNSUBSCRIBED = eachCase('unsub', 'unsubscribed');
const ARRIVED = [...eachCase('sent', 'delivered', 'opened', 'clicked'), ...COMPLAINED, ...UNSUBSCRIBED];
const OUTCOMES: Record<string, string> = {
  ...Object.fromEntries(BOUNCED.map((status) => [status, 'bounced'])),
  ...Object.fromEntries(COMPLAINED.map((status) => [status, 'complained'])),
  ...Object.fromEntries(UNSUBSCRIBED.map((status) => [status, 'unsubscribed'])),
};

/** The API writes a status in small letters, the csv file also with a capital. */
function eachCase(...statuses: string[]): string[] {
  return statuses.flatMap((status) => [status, status[0]!.toUpperCase() + status.slice(1)]);
}

interface Source {
  status: string;
  time: string;
  /** What names one email: its id, or what it was, to whom and when. */
  key: string;
  common: Record<string, FieldPlan>;
}

function emailEvents({ status, time, key, common }: Source): RecordPlan[] {
  const one = (kind: string, event_type: FieldPlan, statuses: string[]): RecordPlan => ({
    record: 'email_events',
    by_name: false,
    where: [{ column: status, op: 'in', values: statuses } satisfies Condition],
    fields: { event_id: { from: `'mandrill_${kind}'+${key}` }, event_type, ...common, occurred_at: { from: time } },
  });
  return [
    one('sent', { value: 'sent' }, [...ARRIVED, ...BOUNCED]),
    one('delivered', { value: 'delivered' }, ARRIVED),
    one('outcome', { from: status, values: OUTCOMES }, Object.keys(OUTCOMES)),
  ];
}

const OUTCOME_TIMES =
  'the file does not say when an email bounced or was complained about, so that has the time at which the email was sent';

export const MANDRILL_ACTIVITY: Preset = {
  name: 'mandrill_activity',
  title: 'Mandrill activity',
  columns: ['Date', 'Email Address|Receiver|Email', 'Sender', 'Subject', 'Status', 'Tags', 'Opens', 'Clicks'],
  plan: (columns) => {
    const who = ['Email Address', 'Receiver', 'Email'].find((name) => columns.includes(name))!;
    const common: Record<string, FieldPlan> = {
      customer_id: { from: who },
      campaign_id: { from: 'Tags[0]' },
      email_id: { from: 'Subject' },
    };
    const key = `Date+${who}+Subject`;
    return { time_zone: 'UTC', records: emailEvents({ status: 'Status', time: 'Date', key, common }) };
  },
  notes: [
    'Opens and Clicks are counts without times, so they make no touches; the lines of the API (preset mandrill_messages) have the times',
    OUTCOME_TIMES,
    'the campaign is the first tag of the email; --map campaign_id=Subject takes the subject',
  ],
  export_at: 'Outbound > Activity > Export, or the API exports/activity; times are taken as UTC',
};

const common: Record<string, FieldPlan> = {
  customer_id: { from: 'email' },
  campaign_id: { from: 'tags[0]', optional: true },
  email_id: { from: 'template|subject', optional: true },
  message_id: { from: '_id' },
};

function detail(kind: 'open' | 'click'): RecordPlan {
  const list = `${kind}s_detail`;
  const key = `'mandrill_${kind}'+_id+${list}.ts`;
  return {
    record: 'touchpoints',
    by_name: false,
    each: list,
    fields: {
      touchpoint_id: { from: kind === 'click' ? `${key}+${list}.url|${key}` : key },
      touchpoint_type: { value: `email_${kind}` },
      ...common,
      occurred_at: { from: `${list}.ts`, time_format: 'epoch_s' },
      ip_address: { from: `${list}.ip`, optional: true },
      ...(kind === 'click' ? { url: { from: `${list}.url`, optional: true } } : {}),
    },
  };
}

export const MANDRILL_MESSAGES: Preset = {
  name: 'mandrill_messages',
  title: 'Mandrill messages',
  columns: ['_id', 'ts', 'email', 'sender', 'state', 'opens_detail', 'clicks_detail'],
  plan: {
    records: [detail('open'), detail('click'), ...emailEvents({ status: 'state', time: 'ts', key: '_id', common })],
  },
  notes: [OUTCOME_TIMES],
  export_at: 'the API messages/search, with each message of its answer on a line',
};
