/** What Mailchimp tells of the recipients of a campaign: the lines of its API, tables made of them, and the files of an account export. */
import type { FieldPlan, ImportPlan } from '../plan.ts';
import type { Preset, Unusable } from './preset.ts';

/** Opens, clicks and bounces. `at` is where their fields are: in an item of a list, or in the row itself. */
function activity(at: '' | 'activity.', each: { each?: string }): ImportPlan {
  const [action, time, url] = [`${at}action`, `${at}timestamp`, `${at}url`];
  const key = `'mailchimp'+campaign_id+email_id+${action}+${time}`;
  const common: Record<string, FieldPlan> = {
    customer_id: { from: 'email_address|email_id' },
    campaign_id: { from: 'campaign_id' },
    occurred_at: { from: time },
  };
  return {
    time_zone: 'UTC',
    records: [
      {
        record: 'touchpoints',
        by_name: false,
        ...each,
        where: [{ column: action, op: 'in', values: ['open', 'click'] }],
        fields: {
          touchpoint_id: { from: `${key}+${url}|${key}` },
          touchpoint_type: { from: action, values: { open: 'email_open', click: 'email_click' } },
          ...common,
          url: { from: url, optional: true },
          ip_address: { from: `${at}ip`, optional: true },
        },
      },
      {
        record: 'email_events',
        by_name: false,
        ...each,
        where: [{ column: action, op: '=', values: ['bounce'] }],
        fields: { event_id: { from: key }, event_type: { value: 'bounced' }, ...common },
      },
    ],
  };
}

const NO_SENDS =
  'the file does not say when an email was sent or delivered, so rates per delivered email stay empty; opens and clicks count';

export const MAILCHIMP_ACTIVITY: Preset = {
  name: 'mailchimp_activity',
  title: 'Mailchimp activity of recipients',
  columns: ['campaign_id', 'email_id', 'email_address', 'activity'],
  plan: activity('activity.', { each: 'activity' }),
  notes: [NO_SENDS],
  export_at: 'the API, GET /3.0/reports/CAMPAIGN_ID/email-activity, with each of its `emails` on a line',
};

export const MAILCHIMP_ACTIVITY_ROWS: Preset = {
  name: 'mailchimp_activity_rows',
  title: 'Mailchimp activity in rows',
  columns: ['campaign_id', 'email_id', 'email_address', 'action', 'timestamp'],
  plan: activity('', {}),
  notes: [NO_SENDS],
  export_at: 'the connector that loads email activity into your warehouse',
};

export const MAILCHIMP_UNSUBSCRIBES: Preset = {
  name: 'mailchimp_unsubscribes',
  title: 'Mailchimp unsubscribes',
  columns: ['campaign_id', 'email_id', 'email_address', 'reason', 'timestamp'],
  without: ['action'],
  plan: {
    time_zone: 'UTC',
    records: [
      {
        record: 'email_events',
        by_name: false,
        fields: {
          event_id: { from: "'mailchimp_unsubscribe'+campaign_id+email_id" },
          event_type: { value: 'unsubscribed' },
          customer_id: { from: 'email_address' },
          campaign_id: { from: 'campaign_id' },
          occurred_at: { from: 'timestamp' },
        },
      },
    ],
  },
  notes: [],
  export_at: 'the API, GET /3.0/reports/CAMPAIGN_ID/unsubscribed, with each of its `unsubscribes` on a line',
};

const NO_CAMPAIGN = 'the file does not name its campaign, only its own name does; --set campaign_id=NAME names it';
/** The columns that a file of opens or clicks may have, besides the address of the page. */
const OTHERS = {
  shown: 'any other column',
  pattern: /^(?!(Timestamp|Email|IP|Url|URL|Latitude|Longitude|GMT Offset|DST Offset|Country Code|Country|Region)$)/,
};

function granular(kind: 'open' | 'click', url: Record<string, FieldPlan>): ImportPlan {
  const key = `'mailchimp_${kind}'+Email+Timestamp`;
  return {
    records: [
      {
        record: 'touchpoints',
        by_name: false,
        fields: {
          touchpoint_id: { from: kind === 'click' ? `${key}+Url|${key}+URL|${key}` : key },
          touchpoint_type: { value: `email_${kind}` },
          customer_id: { from: 'Email' },
          occurred_at: { from: 'Timestamp' },
          ip_address: { from: 'IP', optional: true },
          ...url,
        },
      },
    ],
  };
}

const GRANULAR_ZONE = 'Account > Settings > Details of Mailchimp';

export const MAILCHIMP_CLICKS: Preset = {
  name: 'mailchimp_clicks',
  title: 'Mailchimp clicks',
  columns: ['Timestamp', 'Email', 'Url|URL'],
  without: [OTHERS],
  plan: granular('click', { url: { from: 'Url|URL' } }),
  notes: [NO_CAMPAIGN, NO_SENDS],
  export_at: 'Account > Settings > Manage my data > Export data, in the folder granular_activity/clicks',
  time_zone_at: GRANULAR_ZONE,
};

export const MAILCHIMP_OPENS: Preset = {
  name: 'mailchimp_opens',
  title: 'Mailchimp opens',
  columns: ['Timestamp', 'Email', 'IP'],
  without: ['Url', 'URL', OTHERS],
  plan: granular('open', {}),
  notes: [NO_CAMPAIGN, NO_SENDS],
  export_at: 'Account > Settings > Manage my data > Export data, in the folder granular_activity/opens',
  time_zone_at: GRANULAR_ZONE,
};

/** Files with how often, and without when: a touch without a time can earn nothing. */
export const MAILCHIMP_COUNTS: Unusable = {
  columns: ['Email Address', 'Opens|Clicks|Total Opens|Total Clicks|Bounce Type'],
  without: ['Date', 'Timestamp', 'Sender'],
  reason:
    'is a list of Mailchimp that says how often each person opened or clicked, and not when, so nothing in it can earn credit; export the activity with its times as docs/import.md shows (preset mailchimp_activity)',
};
