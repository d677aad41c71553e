/** The temporary tables of the report on the effects of sends. `at_ms`: epoch ms. */
import { defineRelation } from '../../warehouse/relation.ts';

export const SEND_NAMES = defineRelation('send_names', 'an id in emails or assignments, and the name of its person', {
  key: ['brand_id', 'id'],
  columns: { brand_id: 'text', id: 'text', person: 'text' },
});

export const SEND_PEOPLE = defineRelation('send_people', 'a person with a number, and their random group', {
  key: ['person_no'],
  columns: { person: 'text', person_no: 'int', person_group: 'int' },
});

export const SEND_IDS = defineRelation('send_ids', 'an id, and the number of its person', {
  key: ['brand_id', 'id'],
  columns: { brand_id: 'text', id: 'text', person_no: 'int' },
});

export const SEND_EMAILS = defineRelation('send_emails', 'an email of a blast, numbered from 1', {
  key: ['email_no'],
  columns: { email_no: 'int', brand_id: 'text', campaign_id: 'text', email_id: 'text' },
});

export const SEND_MAIL = defineRelation(
  'send_mail',
  'something that happened to an email of a person; email_no is 0 for an email of no blast, is_hard is 1 for a bounce that is not soft',
  {
    key: [],
    columns: {
      brand_id: 'text',
      person_no: 'int',
      at_ms: 'int',
      kind: 'text',
      email_no: 'int',
      is_human: 'int',
      is_hard: 'int',
    },
  },
);

export const SEND_RUNS = defineRelation(
  'send_runs',
  'emails of one campaign and email that were sent without a long pause between them',
  {
    key: ['brand_id', 'campaign_id', 'email_id', 'run_no'],
    columns: {
      brand_id: 'text',
      campaign_id: 'text',
      email_id: 'text',
      run_no: 'int',
      hour: 'int',
      first_ms: 'int',
      last_ms: 'int',
    },
  },
);

export const SEND_BLASTS = defineRelation('send_blasts', 'a blast that the report is about', {
  key: ['blast_no'],
  columns: {
    blast_no: 'int',
    brand_id: 'text',
    email_no: 'int',
    from_ms: 'int',
    until_ms: 'int',
    experiment_id: 'text?',
    order_from_ms: 'int?',
  },
});

export const SEND_ORDERED = defineRelation(
  'send_ordered',
  'a person whom chance put into a wave of a blast, before its first email',
  { key: ['blast_no', 'person_no'], columns: { blast_no: 'int', person_no: 'int', wave: 'text' } },
);

export const SEND_UNITS = defineRelation(
  'send_units',
  'a person who is compared in a blast, and who was sent it without being eligible',
  {
    key: ['blast_no', 'person_no'],
    columns: {
      blast_no: 'int',
      person_no: 'int',
      person_group: 'int',
      sent_ms: 'int?',
      wave: 'text?',
      bounced: 'int',
      machine_only: 'int',
      is_eligible: 'int',
      clicks: 'int',
      orders_before: 'int',
    },
  },
);

export const SEND_WAVES = defineRelation('send_waves', 'a wave of a blast: those who were sent from at_ms on', {
  key: ['blast_no', 'wave_no'],
  columns: {
    blast_no: 'int',
    wave_no: 'int',
    brand_id: 'text',
    wave: 'text?',
    at_ms: 'int',
    until_ms: 'int',
  },
});

export const SEND_ORDERS = defineRelation('send_orders', "an order with its net value in the report's currency", {
  key: ['order_no'],
  columns: { order_no: 'int', brand_id: 'text', person_no: 'int', at_ms: 'int', net: 'int128' },
});

export const SEND_OUTCOMES = defineRelation(
  'send_outcomes',
  'what a person ordered in the window after the start of a wave, and in the equally long time before it',
  {
    key: ['blast_no', 'wave_no', 'person_no'],
    columns: {
      blast_no: 'int',
      wave_no: 'int',
      person_no: 'int',
      orders: 'int',
      net: 'int128',
      before_orders: 'int',
      before_net: 'int128',
    },
  },
);

export const SEND_BUYERS = defineRelation(
  'send_buyers',
  'a person who is compared in a wave and ordered in its window or in the equally long time before it',
  {
    key: ['blast_no', 'wave_no', 'person_no'],
    columns: {
      blast_no: 'int',
      wave_no: 'int',
      person_no: 'int',
      person_group: 'int',
      stratum: 'int',
      is_treated: 'int',
      bounced: 'int',
      machine_only: 'int',
      orders: 'int',
      net: 'int128',
      before_orders: 'int',
      before_net: 'int128',
    },
  },
);
