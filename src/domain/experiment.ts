/**
 * Experiments: people are put into arms by chance, so that what differs afterwards was caused by the treatment. The plan of an
 * experiment is a statement. Who was put into which arm, and who was treated, are first-wins records. docs/experiments.md.
 */
import type { Problem } from './errors.ts';
import {
  BRAND_ID,
  GroupId,
  Instant,
  Integer,
  JsonObject,
  MAX_CHANNEL_LENGTH,
  Name,
  OneOf,
  Probability,
  RecordId,
  Text,
} from './fields.ts';
import { defineRecord } from './record.ts';
import type { FlatRecord } from './record-kind.ts';
import { statedId } from './statement.ts';
import { nameFault } from './text.ts';
import { formatInstant, MS_PER_DAY } from './time.ts';
import { Type } from './typebox.ts';

/** What an experiment is about. Whoever a `global` one holds out is in no arm of the others. */
export const SCOPES = ['campaign', 'flow', 'channel', 'global'] as const;
/** The id that is hashed: that of the customer, or of the browser or device. */
export const UNITS = ['customer', 'device'] as const;
export const ID_OF_UNIT = { customer: 'customer_id', device: 'anonymous_id' } as const;
/** The measures that an experiment can be decided by. */
export const METRICS = [
  'conversion_rate',
  'orders',
  'net_revenue',
  'refunds',
  'average_order_value',
  'refund_rate',
] as const;
export type Metric = (typeof METRICS)[number];
/** Ratios of two sums over people; the others are means per person. */
export const RATIO_METRICS: readonly Metric[] = ['average_order_value', 'refund_rate'];
export const REFUND_METRICS: readonly Metric[] = ['refunds', 'refund_rate'];

const MAX_ARMS = 10;
/** Shares are counted in millionths. */
export const SHARE_PARTS = 1_000_000;
const MAX_DAYS = 400;
const DEFAULT_ALPHA = 0.05;
const ALPHA = { least: 0.001, most: 0.2 };
const DEFAULT_PRE_DAYS = 30;
export const MAX_REASON_LENGTH = 500;
/** Experiments of one pool, which one report reads. */
export const MAX_POOLED = 100;
/** What only the product says of an experiment: when its plan became final, and when it was stopped early. */
export const SAID_BY_PRODUCT = ['frozen_at', 'stopped_at', 'stop_reason'] as const;

export const ExperimentSchema = Type.Object(
  {
    experiment_id: Type.Optional(
      RecordId(
        'Names the experiment, and salts its hash; made from the content when left out, so that a changed plan has another one',
      ),
    ),
    brand_id: BRAND_ID,
    name: Text('What it is called, such as "Does the newsletter do anything?"', 200),
    scope: OneOf(SCOPES, 'What it is about: one campaign, one flow, one channel, or every email of the brand'),
    campaign_id: Type.Optional(GroupId('The campaign or flow')),
    channel: Type.Optional(Name('The channel, of scope `channel`', MAX_CHANNEL_LENGTH)),
    unit: Type.Optional(
      OneOf(UNITS, 'The id that is hashed: customer_id (customer) or anonymous_id (device); customer when left out'),
    ),
    arms: JsonObject('The share of people in each arm, adding up to 1, such as {"holdout": 0.1, "treated": 0.9}'),
    control: Name('The arm that the others are compared with', MAX_CHANNEL_LENGTH),
    metric: Type.Optional(OneOf(METRICS, 'The measure that decides; conversion_rate when left out')),
    starts_at: Instant('When it begins', { any_time: true }),
    ends_at: Instant('When it ends: orders count before it', { any_time: true }),
    window_days: Type.Optional(
      Integer('Orders count for so many days after the assignment; until the end when left out', 1, MAX_DAYS),
    ),
    before_days: Type.Optional(
      Integer(
        `Days before the assignment whose revenue explains part of the differences between people; ${DEFAULT_PRE_DAYS} when left out`,
        1,
        MAX_DAYS,
      ),
    ),
    planned_people: Integer(
      'How many people are planned in all arms together; `tributary experiments plan` says how many are needed',
      2,
      1_000_000_000,
    ),
    alpha: Type.Optional(
      Probability(`The chance of a false alarm, from ${ALPHA.least} to ${ALPHA.most}; ${DEFAULT_ALPHA} when left out`),
    ),
    pool: Type.Optional(GroupId('Experiments of the same pool with the same arms also give one result together')),
    frozen_at: Type.Optional(
      Instant('When the first person was assigned or treated by this plan; the product says so, leave it out', {
        any_time: true,
      }),
    ),
    stopped_at: Type.Optional(
      Instant('When the experiment was stopped before its end; POST /v1/experiments/ID/stop says so, leave it out', {
        any_time: true,
      }),
    ),
    stop_reason: Type.Optional(Text('Why it was stopped; as stopped_at', MAX_REASON_LENGTH)),
  },
  { additionalProperties: false, $id: 'Experiment' },
);

/** The plan of an experiment with every default filled in. */
export interface Design {
  experiment_id: string;
  brand_id: string;
  name: string;
  scope: (typeof SCOPES)[number];
  campaign_id: string | null;
  channel: string | null;
  unit: (typeof UNITS)[number];
  /** In order of assignment: the control, then the others by name. Shares in millionths. */
  arms: ReadonlyArray<{ name: string; parts: number }>;
  control: string;
  metric: Metric;
  start_ms: number;
  end_ms: number;
  window_days: number | null;
  before_days: number;
  planned_people: number;
  alpha: number;
  pool: string | null;
}

/** The plan of a record that passed its checks, as it was read or as it is stored. */
export function designOf(record: Readonly<Record<string, unknown>>): Design {
  const arms = Object.entries(JSON.parse(record['arms'] as string) as Record<string, number>);
  const control = record['control'] as string;
  const parts = arms.map(([name, share]) => ({ name, parts: Math.round(share * SHARE_PARTS) }));
  const place = (name: string): string => (name === control ? '' : name);
  return {
    experiment_id: record['experiment_id'] as string,
    brand_id: record['brand_id'] as string,
    name: record['name'] as string,
    scope: record['scope'] as Design['scope'],
    campaign_id: (record['campaign_id'] as string | null | undefined) ?? null,
    channel: (record['channel'] as string | null | undefined) ?? null,
    unit: (record['unit'] as Design['unit'] | null | undefined) ?? 'customer',
    control,
    arms: parts.sort((a, b) => (place(a.name) < place(b.name) ? -1 : 1)),
    metric: (record['metric'] as Metric | null | undefined) ?? 'conversion_rate',
    start_ms: Number(record['starts_at']),
    end_ms: Number(record['ends_at']),
    window_days: optional(record['window_days']),
    before_days: optional(record['before_days']) ?? DEFAULT_PRE_DAYS,
    planned_people: Number(record['planned_people']),
    alpha: optional(record['alpha']) ?? DEFAULT_ALPHA,
    pool: (record['pool'] as string | null | undefined) ?? null,
  };
}

/** An experiment that was stopped before its planned end. */
export interface Stop {
  at_ms: number;
  reason: string;
}

/** The statement of a plan with every default filled in, as a sender would send it, and what the product says of it. */
export function statementOf(
  design: Design,
  { frozen_at_ms, stop }: { frozen_at_ms: number | null; stop: Stop | null },
): Record<string, unknown> {
  const { arms, start_ms, end_ms, ...rest } = design;
  const said = {
    ...rest,
    arms: Object.fromEntries(arms.map(({ name, parts }) => [name, parts / SHARE_PARTS])),
    starts_at: formatInstant(start_ms),
    ends_at: formatInstant(end_ms),
    frozen_at: frozen_at_ms === null ? null : formatInstant(frozen_at_ms),
    stopped_at: stop === null ? null : formatInstant(stop.at_ms),
    stop_reason: stop === null ? null : stop.reason,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
}

const optional = (value: unknown): number | null => (value === undefined || value === null ? null : Number(value));

/** The first part of a plan that differs from that of a frozen one; all but the name is frozen. */
export function changedPart(frozen: Design, design: Design): keyof Design | undefined {
  const parts = Object.keys(frozen) as Array<keyof Design>;
  return parts.find((part) => part !== 'name' && JSON.stringify(frozen[part]) !== JSON.stringify(design[part]));
}

function experimentProblem(record: FlatRecord): Problem | undefined {
  const arms = Object.entries(JSON.parse(record['arms'] as string) as Record<string, unknown>);
  if (arms.length < 2 || arms.length > MAX_ARMS)
    return {
      field: 'arms',
      reason: `has ${arms.length} arms; send 2 to ${MAX_ARMS}, such as {"holdout": 0.1, "treated": 0.9}`,
    };
  let sum = 0;
  for (const [name, share] of arms) {
    const parts = typeof share === 'number' ? share * SHARE_PARTS : Number.NaN;
    if (name.trim() !== name || name === '' || name.length > MAX_CHANNEL_LENGTH)
      return {
        field: 'arms',
        reason: `has an arm with the name ${JSON.stringify(name.slice(0, 60))}; use 1 to ${MAX_CHANNEL_LENGTH} characters`,
      };
    const fault = nameFault(name);
    if (fault) return { field: 'arms', reason: `has an arm whose name ${fault}` };
    if (!(parts >= 1) || Math.abs(parts - Math.round(parts)) > 1e-6)
      return {
        field: 'arms',
        reason: `gives ${name} a share that is not above 0 with up to six decimals; send a number such as 0.1`,
      };
    sum += Math.round(parts);
  }
  if (sum !== SHARE_PARTS)
    return { field: 'arms', reason: `has shares that add up to ${sum / SHARE_PARTS}; they must add up to 1` };
  if (!arms.some(([name]) => name === record['control']))
    return { field: 'control', reason: `is not one of the arms: ${arms.map(([name]) => name).join(', ')}` };
  if ((record['scope'] === 'channel') !== (typeof record['channel'] === 'string'))
    return record['scope'] === 'channel'
      ? { field: 'channel', reason: 'is missing; an experiment of scope channel names the channel that is held back' }
      : { field: 'channel', reason: 'is for experiments of scope channel; leave it out, or set scope to channel' };
  if ((record['ends_at'] as number) <= (record['starts_at'] as number))
    return { field: 'ends_at', reason: 'is not after starts_at; send a later time' };
  const alpha = optional(record['alpha']) ?? DEFAULT_ALPHA;
  if (alpha < ALPHA.least || alpha > ALPHA.most)
    return { field: 'alpha', reason: `is ${alpha}; send a number from ${ALPHA.least} to ${ALPHA.most}` };
  if ((record['ends_at'] as number) - (record['starts_at'] as number) > MAX_DAYS * MS_PER_DAY)
    return { field: 'ends_at', reason: `is more than ${MAX_DAYS} days after starts_at; plan a shorter experiment` };
  return undefined;
}

export const experiments = defineRecord({
  name: 'experiments',
  singular: 'experiment',
  id_field: 'experiment_id',
  id_prefix: 'ex_',
  schema: ExperimentSchema,
  since: 8,
  kept: 'latest',
  derived: [statedId('experiment_id')],
  examples: {
    holdout: {
      experiment_id: 'newsletter-2026-q1',
      name: 'Does the newsletter do anything?',
      scope: 'campaign',
      campaign_id: 'newsletter',
      arms: { holdout: 0.1, treated: 0.9 },
      control: 'holdout',
      metric: 'net_revenue',
      starts_at: '2026-03-01T00:00:00Z',
      ends_at: '2026-04-12T00:00:00Z',
      planned_people: 40_000,
    },
  },
  aliases: {
    id: 'experiment_id',
    variants: 'arms',
    groups: 'arms',
    start: 'starts_at',
    end: 'ends_at',
    sample_size: 'planned_people',
  },
  check: experimentProblem,
});
