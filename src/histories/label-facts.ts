/**
 * What the rules ask about a touchpoint, by number of its label, so that the pass compares numbers. A longer list of labels goes on
 * with what is known of the list that it continues, so that a new label costs no look at the others.
 */

import { strengthOf } from '../attribution/collapse.ts';
import { WINDOWS } from '../domain/settings.ts';
import { type TouchpointType, TRAITS, VISIT_TYPES, WINDOW_OF } from '../domain/touchpoint.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import type { Label } from './histories.ts';
import type { LabelColumn } from './relations.ts';
import { roomFor } from './room.ts';

/** Arrays may be longer than the labels. Those of a running report stay right when labels are added. */
export interface LabelFacts {
  traits: Uint8Array;
  /** Number of its window in WINDOWS. */
  window: Uint8Array;
  /** What a person did with an email; 1 is the strongest. */
  strength: Uint8Array;
  is_email: Uint8Array;
  is_click: Uint8Array;
  /** A visit that may belong to the click before it. */
  is_landing: Uint8Array;
  /** What can be a visit that others continue. */
  is_visit: Uint8Array;
  /** Code of the campaign that was sent, and of the email; 0 is none. */
  sent_campaign: Uint32Array;
  email: Uint32Array;
  /** Code of both together; 0 if there is neither. */
  email_pair: Uint32Array;
  /** Code of channel, sent campaign and email. */
  likeness: Uint32Array;
}

/** The groups that some columns make of the labels: the group of each label, and the values of each group. */
export interface LabelGroups {
  group: Uint32Array;
  values: Array<Array<string | null>>;
}

const LANDING_TYPES: readonly (string | null)[] = ['website_visit', 'page_view'];

type Fact = (label: Label) => number | boolean;

const isOfEmail = (label: Label): boolean => (Number(label.traits) & TRAITS.email) !== 0;

/** The facts that follow from one label alone. */
const FACTS = {
  traits: (label) => Number(label.traits),
  window: (label) => WINDOWS.indexOf(WINDOW_OF[label.touchpoint_type as TouchpointType] ?? 'click_days'),
  strength: (label) => strengthOf(label.touchpoint_type!),
  is_email: isOfEmail,
  is_click: (label) => label.touchpoint_type === 'email_click',
  is_landing: (label) => LANDING_TYPES.includes(label.touchpoint_type) && isOfEmail(label),
  is_visit: (label) => (VISIT_TYPES as readonly (string | null)[]).includes(label.touchpoint_type),
} as const satisfies Record<string, Fact>;
type FactName = keyof typeof FACTS;
const FACT_NAMES = Object.keys(FACTS) as FactName[];

/** Codes from 0 for the values of some columns, in order of their first label. */
class Codes implements LabelGroups {
  group = new Uint32Array(64);
  readonly values: Array<Array<string | null>> = [];
  private readonly known = new Map<string, number>();
  private length = 0;

  constructor(private readonly columns: readonly LabelColumn[]) {}

  growTo(labels: readonly Label[], length: number): void {
    if (length <= this.length) return;
    this.group = roomFor(this.group, length);
    for (; this.length < length; this.length++) {
      const own = this.columns.map((name) => labels[this.length]![name]);
      const text = JSON.stringify(own);
      const code = this.known.get(text) ?? this.values.push(own) - 1;
      this.known.set(text, code);
      this.group[this.length] = code;
    }
  }
}

class Facts {
  private length = 0;
  private readonly bytes = new Map<FactName, Uint8Array>(FACT_NAMES.map((name) => [name, new Uint8Array(64)]));
  private readonly sent_campaigns = new Codes(['sent_campaign_id']);
  private readonly emails = new Codes(['email_id']);
  private readonly pairs = new Codes(['sent_campaign_id', 'email_id']);
  private readonly likenesses = new Codes(['channel', 'sent_campaign_id', 'email_id']);
  /** {@link Codes} with 1 added, and 0 for labels without a value. */
  private readonly present = {
    sent_campaign: new Uint32Array(64),
    email: new Uint32Array(64),
    email_pair: new Uint32Array(64),
  };

  growTo(labels: readonly Label[], length: number): void {
    if (length <= this.length) return;
    for (const codes of [this.sent_campaigns, this.emails, this.pairs, this.likenesses]) codes.growTo(labels, length);
    for (const [name, bytes] of this.bytes) {
      const grown = roomFor(bytes, length);
      for (let i = this.length; i < length; i++) grown[i] = Number(FACTS[name](labels[i]!));
      this.bytes.set(name, grown);
    }
    for (const [name, codes] of [
      ['sent_campaign', this.sent_campaigns],
      ['email', this.emails],
      ['email_pair', this.pairs],
    ] as const) {
      const grown = roomFor(this.present[name], length);
      for (let i = this.length; i < length; i++) {
        const code = codes.group[i]!;
        grown[i] = codes.values[code]!.some((value) => value !== null) ? code + 1 : 0;
      }
      this.present[name] = grown;
    }
    this.length = length;
  }

  get(): LabelFacts {
    const bytes = Object.fromEntries(this.bytes) as Record<FactName, Uint8Array>;
    return { ...bytes, ...this.present, likeness: this.likenesses.group };
  }
}

/** What is known of a list of labels, and of those that it continues. */
interface Known {
  facts: Facts;
  groups: Map<string, Codes>;
}

const known = new WeakMap<readonly Label[], Known>();
/** So many sets of columns are kept. */
const MAX_KEPT = 16;
/** Labels of one step of {@link prepareLabels}. */
const STEP = 256;

function knownOf(labels: readonly Label[]): Known {
  const own = known.get(labels) ?? { facts: new Facts(), groups: new Map() };
  known.set(labels, own);
  return own;
}

/** Says that a list begins with all labels of another one. */
export function continueLabels(before: readonly Label[], labels: readonly Label[]): void {
  known.set(labels, knownOf(before));
}

/** Finds the facts of labels in turns, so that the first report does not have to. */
export async function prepareLabels(labels: readonly Label[]): Promise<void> {
  const turns = new WorkTurns();
  const { facts } = knownOf(labels);
  for (let length = 0; length < labels.length; length += STEP) {
    facts.growTo(labels, Math.min(labels.length, length + STEP));
    if (turns.ends(1)) await turns.next();
  }
}

/** The facts of labels. They are kept as long as the labels. */
export function factsOf(labels: readonly Label[]): LabelFacts {
  const { facts } = knownOf(labels);
  facts.growTo(labels, labels.length);
  return facts.get();
}

/** The groups of labels by some columns. They are kept, because a report asks for the same columns again. */
export function groupLabels(labels: readonly Label[], columns: readonly LabelColumn[]): LabelGroups {
  const { groups } = knownOf(labels);
  const name = columns.join();
  const own = groups.get(name) ?? new Codes(columns);
  groups.delete(name);
  groups.set(name, own);
  for (const oldest of groups.keys()) {
    if (groups.size <= MAX_KEPT) break;
    groups.delete(oldest);
  }
  own.growTo(labels, labels.length);
  return own;
}
