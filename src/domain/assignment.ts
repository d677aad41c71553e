/**
 * Who was put into which arm of an experiment (assignments), and who got the treatment (exposures). Both are first-wins records that name
 * a person, and have the same form.
 */
import { SENT_AT } from './clock.ts';
import { EMAIL } from './email-person.ts';
import { BRAND_ID, GroupId, Id, Instant, MAX_CHANNEL_LENGTH, Name, RecordId } from './fields.ts';
import { defineRecord } from './record.ts';
import { SUBJECT_KEY } from './subject.ts';
import { Type } from './typebox.ts';
import { subjectProblem } from './who.ts';

interface Words {
  name: 'assignments' | 'exposures';
  singular: string;
  id_prefix: string;
  $id: string;
  /** What `occurred_at` says. */
  when: string;
  /** Another name of `occurred_at`. */
  when_alias: string;
  example: { name: string; arm: string; customer_id: string };
}

function recordOfArm({ name, singular, id_prefix, $id, when, when_alias, example }: Words) {
  const id_field = `${singular}_id`;
  const schema = Type.Object(
    {
      [id_field]: Type.Optional(RecordId(`Names this ${singular}; made from the content when left out`)),
      brand_id: BRAND_ID,
      experiment_id: GroupId('The experiment'),
      arm: Name('The arm', MAX_CHANNEL_LENGTH),
      customer_id: Type.Optional(Id('The customer; one of customer_id, anonymous_id and email is needed')),
      anonymous_id: Type.Optional(Id('The id of a browser or device')),
      email: EMAIL,
      occurred_at: Instant(when),
      sent_at: SENT_AT,
    },
    { additionalProperties: false, $id },
  );
  const { name: example_name, ...who } = example;
  return defineRecord({
    ...{ name, singular, id_field, id_prefix, schema, since: 8, kept: 'first' as const },
    subjects: { customer_id: 'customer', anonymous_id: 'anonymous' },
    instant_field: 'occurred_at',
    derived: [SUBJECT_KEY],
    examples: {
      [example_name]: { experiment_id: 'newsletter-2026-q1', ...who, occurred_at: '2026-03-01T10:00:00Z' },
    },
    aliases: { [when_alias]: 'occurred_at', timestamp: 'occurred_at', variant: 'arm', group: 'arm' },
    check: subjectProblem,
  });
}

export const assignments = recordOfArm({
  name: 'assignments',
  singular: 'assignment',
  id_prefix: 'as_',
  $id: 'Assignment',
  when: 'When the person was put into the arm',
  when_alias: 'assigned_at',
  example: { name: 'held_out', arm: 'holdout', customer_id: 'customer-1' },
});

export const exposures = recordOfArm({
  name: 'exposures',
  singular: 'exposure',
  id_prefix: 'xp_',
  $id: 'Exposure',
  when: 'When the person got the treatment',
  when_alias: 'exposed_at',
  example: { name: 'sent', arm: 'treated', customer_id: 'customer-2' },
});
