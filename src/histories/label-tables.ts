/** What a pass asks about labels, by their numbers: facts, groups, and whether their credit is shown. */
import type { Label } from './histories.ts';
import { factsOf, groupLabels, type LabelFacts, type LabelGroups } from './label-facts.ts';
import type { LabelColumn } from './relations.ts';

const NO_GROUPS: LabelGroups = { group: new Uint32Array(0), values: [] };
const EMAIL_COLUMNS = ['email_id', 'campaign_id'] as const;

/** Arrays may be longer than the labels. */
export interface LabelTables {
  labels: number;
  facts: LabelFacts;
  /** The touch group of each label; {@link hidden_group} for those that are not shown. */
  group: Uint32Array;
  groups: number;
  /** The touch group of all touches whose credit is not shown; null if all credit is shown. */
  hidden_group: number | null;
  /** The group of each label's email; -1 is no email, or one that is not shown. */
  email: Int32Array;
  emails: number;
  /** The number of the channel; empty unless the report tells more of journeys than their lengths. */
  channel: Uint32Array;
  channels: number;
  /** 1 for labels whose credit is shown; null if all credit is. */
  shown: Uint8Array | null;
}

/** The values of the groups, by their numbers. */
export interface GroupNames {
  touch_groups: ReadonlyArray<ReadonlyArray<string | null>>;
  email_groups: ReadonlyArray<ReadonlyArray<string | null>>;
  channels: ReadonlyArray<string | null>;
  labels: readonly Label[];
}

/**
 * @param touch_columns the columns of touchpoints that credit is grouped by.
 * @param shows true for labels whose credit the report shows; null if it shows all credit.
 */
export function labelTables(
  labels: readonly Label[],
  touch_columns: readonly LabelColumn[],
  shows: ((label: Label) => boolean) | null,
  journey_details: boolean,
): { tables: LabelTables; names: GroupNames } {
  const facts = factsOf(labels);
  const touch = groupLabels(labels, touch_columns);
  const email = groupLabels(labels, EMAIL_COLUMNS);
  const channel = journey_details ? groupLabels(labels, ['channel']) : NO_GROUPS;
  const shown = shows === null ? null : Uint8Array.from(labels, (label) => Number(shows(label)));
  const groups = touch.values.length;
  const tables = {
    labels: labels.length,
    facts,
    group: shown === null ? touch.group : hide(touch.group, shown, groups),
    groups,
    hidden_group: shown === null ? null : groups,
    email: emailsOf(email.group, facts, shown, labels.length),
    emails: email.values.length,
    channel: channel.group,
    channels: channel.values.length,
    shown,
  };
  const channels = channel.values.map(([value]) => value!);
  return { tables, names: { touch_groups: touch.values, email_groups: email.values, channels, labels } };
}

function hide(group: Uint32Array, shown: Uint8Array, hidden_group: number): Uint32Array {
  const hidden = group.slice();
  for (let label = 0; label < shown.length; label++) if (shown[label] === 0) hidden[label] = hidden_group;
  return hidden;
}

function emailsOf(group: Uint32Array, { is_email }: LabelFacts, shown: Uint8Array | null, labels: number): Int32Array {
  const emails = new Int32Array(labels).fill(-1);
  for (let label = 0; label < labels; label++)
    if (is_email[label] === 1 && (shown === null || shown[label] === 1)) emails[label] = group[label]!;
  return emails;
}
