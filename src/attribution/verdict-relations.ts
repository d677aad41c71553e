/** What touchpoints are joined with to know their verdict, and whether consent hides them. */
import { defineRelation, type Relation } from '../warehouse/relation.ts';

export const VERDICTS = defineRelation(
  'verdicts',
  'channel and verdict of the latest reclassification of a touchpoint of a member, and the traits of one that consent hides of a wavering person',
  {
    key: ['brand_id', 'touchpoint_id'],
    columns: { brand_id: 'text', touchpoint_id: 'text', channel: 'text', verdict: 'text', traits: 'int' },
  },
);

export const CONSENT_SPANS = defineRelation(
  'consent_spans',
  'from when to before when what a subject said about measurement holds; of who changed it more than once only that',
  {
    key: ['subject_key'],
    columns: {
      subject_key: 'int',
      person_key: 'int',
      wavers: 'int',
      denied_from: 'int',
      denied_until: 'int',
      granted_from: 'int',
      granted_until: 'int',
    },
  },
);

export const CONSENT_BRANDS = defineRelation(
  'consent_brands',
  'the number of the policy of a brand, where brands have several',
  {
    key: ['brand_id'],
    columns: { brand_id: 'text', policy_no: 'int' },
  },
);

/** What touchpoints `t` are joined with, beside their own columns. */
export interface TouchVerdicts {
  /** The relation `verdicts`; null if it would be empty. */
  judged: Relation | null;
  /** SQL that joins the spans of consent, and that is true for a touchpoint that they hide; null if nothing is hidden. */
  spans: { join: string; is_hidden: string } | null;
}

/** Nothing is joined. */
export const NO_VERDICTS: TouchVerdicts = { judged: null, spans: null };
