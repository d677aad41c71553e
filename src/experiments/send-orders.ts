/** Random orders of sending: chance puts a send list into waves, which are sent one after the other. docs/experiments.md. */
import { badRequest, TributaryError } from '../domain/errors.ts';
import { SHARE_PARTS } from '../domain/experiment.ts';
import { isSendOrder, waveName, waveNumber } from '../domain/send-order.ts';
import { formatInstant, MS_PER_DAY } from '../domain/time.ts';
import type { Caller } from '../log/envelope.ts';
import type { Assigned } from './decide-arm.ts';
import type { Experiments } from './experiments.ts';

export const WAVES = { least: 2, most: 10, usual: 4 } as const;
/** Blasts that begin in so many days after the plan follow the order. */
const DAYS = 30;

export interface OrderAsked {
  brand_id: string;
  experiment_id: string;
  /** Needed by the first call, which makes the plan. Later ones may leave them out. */
  campaign_id: string | undefined;
  waves: number | undefined;
  planned_people: number | undefined;
  people: readonly unknown[];
}

export interface Ordered extends Pick<Assigned, 'held_out_by' | 'refused'> {
  /** Null if the person is held out, or was refused. */
  wave: number | null;
}

/**
 * Puts people into waves, and writes who is in which. The first call makes the plan, an experiment whose arms are the waves.
 * @throws bad_request without a campaign; conflict if the plan is another one; as {@link Experiments.assign}.
 */
export async function orderSends(
  experiments: Experiments,
  asked: OrderAsked,
  { caller, now_ms }: { caller: Caller; now_ms: number },
): Promise<Ordered[]> {
  const { brand_id, experiment_id, people } = asked;
  const plans = await experiments.list(brand_id);
  const known = plans.find(({ design }) => design.experiment_id === experiment_id && design.brand_id === brand_id);
  if (known === undefined) {
    const input = planOf(asked, now_ms);
    const { rejected } = await experiments.accept('experiments', [{ record: 'experiments', input }], caller);
    if (rejected[0] !== undefined) throw badRequest(rejected[0].field, rejected[0].reason);
  } else checkSame(known.design, asked);
  const assigned = await experiments.assign({ brand_id, experiment_id }, people, { trial: false, caller });
  return assigned.map(({ arm, held_out_by, refused }) => ({
    wave: arm === null ? null : waveNumber(arm),
    held_out_by,
    refused,
  }));
}

/** The plan: equal waves of one campaign, from now on. */
function planOf(asked: OrderAsked, now_ms: number): Record<string, unknown> {
  const { brand_id, experiment_id, campaign_id, waves = WAVES.usual, people } = asked;
  if (campaign_id === undefined) throw badRequest('campaign_id', 'is missing; name the campaign that will be sent');
  const parts = Array.from({ length: waves }, (_, i) => Math.floor((SHARE_PARTS + i) / waves));
  return {
    ...{ experiment_id, brand_id, campaign_id, scope: 'campaign' },
    name: `Random order of sending ${campaign_id}`.slice(0, 200),
    arms: Object.fromEntries(parts.map((part, i) => [waveName(i + 1), part / SHARE_PARTS])),
    control: waveName(waves),
    starts_at: formatInstant(now_ms),
    ends_at: formatInstant(now_ms + DAYS * MS_PER_DAY),
    planned_people: Math.max(2, asked.planned_people ?? people.length),
  };
}

function checkSame(design: Parameters<typeof isSendOrder>[0], { experiment_id, campaign_id, waves }: OrderAsked): void {
  const differs = (field: string, reason: string): never => {
    throw new TributaryError('conflict', `${field}: ${reason}; use another experiment_id`, { field });
  };
  if (!isSendOrder(design)) differs('experiment_id', `${experiment_id} is an experiment of another kind`);
  if (waves !== undefined && waves !== design.arms.length)
    differs('waves', `${experiment_id} has ${design.arms.length} waves, not ${waves}`);
  if (campaign_id !== undefined && campaign_id !== design.campaign_id)
    differs('campaign_id', `${experiment_id} orders another campaign, ${design.campaign_id}`);
}
