/** The temporary tables with which histories are filled. Codes are numbers for texts; they hold for one filling. */
import { defineRelation, type RelationType } from '../warehouse/relation.ts';
import { EMAIL_LABEL_COLUMNS } from './emails/email-rows.ts';

/** SQL for the hash of a text; 0 for none. */
export const hashed = (text: string): string => `case when ${text} is null then 0 else hash53(${text}) end`;

/** What touchpoints have in common. Touchpoints with the same values share one label, which is a number in memory. */
export const LABEL_COLUMNS = {
  touchpoint_type: 'text',
  channel: 'text',
  verdict: 'text?',
  traits: 'int',
  campaign_id: 'text?',
  sent_campaign_id: 'text?',
  email_id: 'text?',
  campaign_kind: 'text?',
  utm_source: 'text?',
  utm_medium: 'text?',
  utm_campaign: 'text?',
  utm_content: 'text?',
  utm_term: 'text?',
  utm_id: 'text?',
  device_type: 'text?',
  country: 'text?',
} as const satisfies Record<string, RelationType>;
export type LabelColumn = keyof typeof LABEL_COLUMNS;

export const HISTORY_LABELS = defineRelation('history_labels', 'what touchpoints have in common, with its number', {
  key: ['label_no'],
  columns: { label_no: 'int', ...LABEL_COLUMNS },
});

export const HISTORY_SUBJECTS = defineRelation(
  'history_subjects',
  'an id with touchpoints: its place in memory and how many there are',
  { key: ['subject_key'], columns: { subject_key: 'int', slot: 'int', touches: 'int' } },
);

export const HISTORY_RECIPIENTS = defineRelation(
  'history_recipients',
  'an id with email events: its place among them and how many there are',
  { key: ['brand_id', 'id'], columns: { brand_id: 'text', id: 'text', slot: 'int', events: 'int' } },
);

export const HISTORY_EMAIL_LABELS = defineRelation(
  'history_email_labels',
  'what email events have in common, with its number',
  { key: ['label_no'], columns: { label_no: 'int', ...EMAIL_LABEL_COLUMNS } },
);

export const HISTORY_TIES = defineRelation(
  'history_ties',
  'the place of a touchpoint, in order of ids, among those of the same instant; only where there are several',
  { key: ['touch_no'], columns: { touch_no: 'int', tie_no: 'int' } },
);

export const HISTORY_BRANDS = defineRelation('history_brands', 'a brand with touchpoints, with its number', {
  key: ['brand_id'],
  columns: { brand_id: 'text', brand_no: 'int' },
});

export const DECAYS = defineRelation(
  'decays',
  'a power of two that the engine computes, so that both ways have the same bits',
  {
    key: ['decay_no'],
    columns: { decay_no: 'int', exponent: 'float' },
  },
);

export const EXPRESSION_TOUCHES = defineRelation(
  'expression_touches',
  'a touch of a path in memory whose weight under a custom expression the engine computes',
  {
    key: ['path_no', 'k'],
    columns: {
      path_no: 'int',
      k: 'int',
      n: 'int',
      age_ms: 'int',
      channel: 'text',
      touchpoint_type: 'text',
      half_life_days: 'float',
    },
  },
);
