/**
 * Answers a question with noise (differential privacy): its price is taken from the budget, the sums are read with each person within
 * bounds, noise is added, and the answer is stored, so that the same question has the same answer. The cache of exact answers has no
 * part in it.
 */
import { brandWithin } from '../../domain/brand-access.ts';
import { assert, badRequest, type ErrorCode, TributaryError } from '../../domain/errors.ts';
import { DEFAULT_BRAND } from '../../domain/record.ts';
import { formatInstant } from '../../domain/time.ts';
import { type Bounds, boundsText, timesOver } from '../../privacy/differential-privacy/bounds.ts';
import { readEpsilon } from '../../privacy/differential-privacy/epsilon.ts';
import { keepAnswer, type Payer, type Reserved, reserve } from '../../privacy/differential-privacy/ledger.ts';
import { noisePlan, release, thresholdOf } from '../../privacy/differential-privacy/release.ts';
import {
  type Asker,
  type NoiseContext,
  type ReportContext,
  type ReportJson,
  type Resolved,
  readOptions,
} from '../context.ts';
import { resolveParameters } from '../resolve.ts';
import type { BoundedSums, Noisy, NoisyQuestion } from './declared.ts';
import { readAsOf, refuseParameters, refuseSegments } from './refusals.ts';
import { noisyRow, noisyTotals, protection } from './result.ts';

interface Asked {
  name: string;
  noisy: Noisy;
  context: ReportContext;
  asker: Asker;
}

/** @throws bad_request naming the parameter; budget_spent; and the errors of reading. */
export async function noisyAnswer(asked: Asked, sent: Record<string, unknown>): Promise<ReportJson> {
  const { noisy, asker } = asked;
  // Neither how far the work is nor where it is done is told of an answer with noise.
  const { served_by: _served_by, progress: _progress, ...context } = asked.context;
  const { noise } = context;
  assert(noise, 'answers with noise need state, bounds and a source of random numbers');
  const { dp_epsilon, as_of, brand_id: sent_brand, ...parameters } = sent;
  const epsilon_millis = readEpsilon('dp_epsilon', dp_epsilon as string);
  refuseParameters(parameters);
  const now_ms = context.clock();
  const as_of_ms = readAsOf(as_of as string | undefined, now_ms);
  const brand_id = brandOf(context, asker, sent_brand as string | undefined);
  const own = noisy.ask({ ...parameters, brand_id });
  refuseSegments(own);
  const bounds = boundsFor(noisy, noise.bounds(brand_id));
  return context.warehouse.read(async (snapshot) => {
    const resolve = (at?: string): Promise<Resolved> =>
      resolveParameters(
        snapshot,
        context,
        { ...own.shared, ...(at === undefined ? {} : { as_of: at }) },
        {
          ...own.options,
          key_brand_id: asker.key_brand_id,
        },
      );
    const { plan, config_hash, period } = await resolve();
    const lists = own.tables.map((table) => table.groups(plan));
    const is_open = lists.some(({ open }) => open);
    const { ignore_message_rules } = plan;
    // The hash holds every parameter but the one that changes the position.
    const text = JSON.stringify([
      asked.name,
      brand_id,
      config_hash,
      period,
      ignore_message_rules,
      epsilon_millis,
      boundsText(bounds),
    ]);
    const question = { text, as_of_ms, epsilon_millis, delta: is_open ? bounds.delta : 0 };
    const reserved = await reserve(noise.state, question, payerOf(asker, brand_id), now_ms);
    if (reserved.answer !== null) return JSON.parse(reserved.answer) as ReportJson;
    const resolved = await resolve(formatInstant(reserved.as_of_ms));
    const read = (): Promise<BoundedSums> => own.read(snapshot, context, resolved.plan, bounds);
    const sums = await (asker.dp_budget === undefined ? read() : withoutDetails(read));
    const made = await answerOf(asked, noise, own, {
      resolved,
      brand_id,
      epsilon_millis,
      bounds,
      sums,
      lists,
      reserved,
    });
    return JSON.parse(await keepAnswer(noise.state, reserved.question_id, made, context.clock())) as ReportJson;
  }, readOptions(context));
}

/** The one brand of a question, since the bounds and the budget are of one. @throws bad_request, forbidden. */
function brandOf(context: ReportContext, { key_brand_id, brand_ids }: Asker, sent: string | undefined): string {
  const brand_id = brandWithin(key_brand_id, sent);
  const names_none = sent === undefined && brand_ids !== undefined;
  if (brand_id !== null && !names_none) return brand_id;
  const [only, ...others] = context.configured_brands;
  if (others.length > 0 || names_none)
    throw badRequest('brand_id', 'is required with dp_epsilon: bounds and budgets are of one brand; name one');
  return only ?? DEFAULT_BRAND;
}

/** The bounds of a brand as a report needs them. */
function boundsFor({ groups_per_order = 1, one_group }: Noisy, bounds: Bounds): Bounds {
  return { ...timesOver(bounds, groups_per_order), ...(one_group ? { groups_per_person: 1 } : {}) };
}

function payerOf({ dp_budget }: Asker, brand_id: string): Payer | null {
  return dp_budget === undefined ? null : { ...dp_budget, brand_id };
}

/** Failures that tell nothing of the data. */
const TELLS_NOTHING: readonly ErrorCode[] = [
  'busy',
  'timeout',
  'cancelled',
  'warehouse_unavailable',
  'state_unavailable',
  'shutting_down',
];

/** Other failures may name an order, a currency or a touchpoint, so who sees noise only is not told which it was. */
async function withoutDetails<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TributaryError) || TELLS_NOTHING.includes(error.code)) throw error;
    throw new TributaryError(
      'unprocessable',
      'this question cannot be answered as things are; ask who runs this Tributary to ask it without dp_epsilon, which says why. Its price is paid, and asking it again costs nothing',
    );
  }
}

interface Read {
  resolved: Resolved;
  brand_id: string;
  epsilon_millis: number;
  bounds: Bounds;
  sums: BoundedSums;
  lists: ReadonlyArray<ReturnType<NoisyQuestion['tables'][number]['groups']>>;
  reserved: Reserved;
}

async function answerOf(
  { name, noisy }: Asked,
  noise: NoiseContext,
  { tables }: NoisyQuestion,
  { resolved, brand_id, epsilon_millis, bounds, sums, lists, reserved }: Read,
): Promise<{ text: string; cut: Record<string, string> }> {
  const { counts } = noisy;
  const plan = noisePlan(epsilon_millis, bounds, counts.unit);
  const threshold = lists.some(({ open }) => open) ? thresholdOf(plan, bounds) : null;
  const shown: Array<Awaited<ReturnType<typeof release>>> = [];
  for (const [i, { named, open }] of lists.entries())
    shown.push(
      await release(sums.tables[i]!, { closed: named, threshold: open ? threshold : null, plan }, noise.random),
    );
  const kept = shown.map(({ shown: groups }, i) =>
    withinSize(
      groups.map((group) => ({
        group,
        row: {
          ...noisyRow(group, tables[i]!.key_fields, plan, counts),
          ...(tables[i]!.field === 'unattributed' ? { reason: 'unattributed' } : {}),
        },
      })),
    ),
  );
  const too_many = shown.reduce(
    (all, { shown: groups, left_out }, i) => all + left_out + groups.length - kept[i]!.length,
    0,
  );
  const answer = {
    report: name,
    report_period: resolved.period,
    brand_id,
    ...(noisy.has_model ? { attribution_model: resolved.plan.models[0]!.name } : {}),
    group_by: tables[0]!.key_fields,
    ...(resolved.filters.length === 0 ? {} : { filters: resolved.filters }),
    currency: resolved.plan.currency,
    as_of: formatInstant(reserved.as_of_ms),
    config_hash: resolved.config_hash,
    differential_privacy: protection(plan, bounds, counts, { threshold, currency: resolved.plan.currency }),
    ...Object.fromEntries(tables.map(({ field }, i) => [field, kept[i]!.map(({ row }) => row)])),
    totals: [
      noisyTotals(
        kept.flatMap((rows) => rows.map(({ group }) => group)),
        plan,
        counts,
      ),
    ],
    groups_left_out: too_many,
  };
  const { persons, conversions, revenue_micros } = sums.cut;
  const cut = {
    persons: String(persons),
    conversions: String(Number(conversions) / Number(counts.unit)),
    revenue_micros: String(revenue_micros),
  };
  return { text: JSON.stringify(answer), cut };
}

/** Bytes of the rows of a table as they are stored, within one value. Two tables and what is about them are below its limit. */
const MAX_TABLE_BYTES = 400_000;

/** The first rows, as far as there is room. */
function withinSize<T extends { row: ReportJson }>(rows: readonly T[]): T[] {
  let bytes = 0;
  return rows.filter(({ row }) => {
    bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(row)));
    return bytes <= MAX_TABLE_BYTES;
  });
}

/** The question of a stored answer, for who runs this Tributary. */
export function askedOf(text: string): ReportJson {
  const { report, report_period, brand_id, group_by, as_of, currency, differential_privacy } = JSON.parse(text);
  return { report, report_period, brand_id, group_by, as_of, currency, epsilon: differential_privacy.epsilon };
}
