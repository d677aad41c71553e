/** Who was put into which arm of an experiment, and who got the treatment. Both are first-wins records that name a person. */
import { SENT_AT } from './clock.ts';
import { EMAIL } from './email-person.ts';
import { BRAND_ID, GroupId, Id, Instant, MAX_CHANNEL_LENGTH, Name, RecordId } from './fields.ts';
import { defineRecord } from './record.ts';
import { SUBJECT_KEY } from './subject.ts';
import { Type } from './typebox.ts';
import { subjectProblem } from './who.ts';

const WHO = {
  customer_id: Type.Optional(Id('The customer; one of customer_id, anonymous_id and email is needed')),
  anonymous_id: Type.Optional(Id('The id of a browser or device')),
  email: EMAIL,
};
const OF_EXPERIMENT = {
  experiment_id: GroupId('The experiment'),
  arm: Name('The arm', MAX_CHANNEL_LENGTH),
};

export const AssignmentSchema = Type.Object(
  {
    assignment_id: Type.Optional(RecordId('Names this assignment; made from the content when left out')),
    brand_id: BRAND_ID,
    ...OF_EXPERIMENT,
    ...WHO,
    occurred_at: Instant('When the person was put into the arm'),
    sent_at: SENT_AT,
  },
  { additionalProperties: false, $id: 'Assignment' },
);

export const assignments = defineRecord({
  name: 'assignments',
  singular: 'assignment',
  id_field: 'assignment_id',
  id_prefix: 'as_',
  schema: AssignmentSchema,
  since: 8,
  kept: 'first',
  subjects: { customer_id: 'customer', anonymous_id: 'anonymous' },
  instant_field: 'occurred_at',
  derived: [SUBJECT_KEY],
  examples: {
    held_out: {
      experiment_id: 'newsletter-2026-q1',
      arm: 'holdout',
      customer_id: 'customer-1',
      occurred_at: '2026-03-01T10:00:00Z',
    },
  },
  aliases: { assigned_at: 'occurred_at', timestamp: 'occurred_at', variant: 'arm', group: 'arm' },
  check: subjectProblem,
});

export const ExposureSchema = Type.Object(
  {
    exposure_id: Type.Optional(RecordId('Names this exposure; made from the content when left out')),
    brand_id: BRAND_ID,
    ...OF_EXPERIMENT,
    ...WHO,
    occurred_at: Instant('When the person got the treatment'),
    sent_at: SENT_AT,
  },
  { additionalProperties: false, $id: 'Exposure' },
);

export const exposures = defineRecord({
  name: 'exposures',
  singular: 'exposure',
  id_field: 'exposure_id',
  id_prefix: 'xp_',
  schema: ExposureSchema,
  since: 8,
  kept: 'first',
  subjects: { customer_id: 'customer', anonymous_id: 'anonymous' },
  instant_field: 'occurred_at',
  derived: [SUBJECT_KEY],
  examples: {
    sent: {
      experiment_id: 'newsletter-2026-q1',
      arm: 'treated',
      customer_id: 'customer-2',
      occurred_at: '2026-03-01T10:00:00Z',
    },
  },
  aliases: { exposed_at: 'occurred_at', timestamp: 'occurred_at', variant: 'arm', group: 'arm' },
  check: subjectProblem,
});
