/** The receipt of one conversion: every touch considered, why it counted or not, and what it earned under each model. */

import Type, { type Static } from 'typebox';
import { RULE_MODEL_NAMES } from '../attribution/models.ts';
import type { Plan, Scores } from '../attribution/plan.ts';
import { type Attribution, attribute } from '../attribution/query.ts';
import { type ResolvedRate, readRates } from '../attribution/rates.ts';
import { readOrganic } from '../attribution/unattributed.ts';
import type { ConversionType } from '../domain/conversion.ts';
import { assert } from '../domain/errors.ts';
import { formatMicros, ratio } from '../domain/money.ts';
import { modelSettings, type Windows } from '../domain/settings.ts';
import { formatInstant, MS_PER_DAY, zoneOffsetMs } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, type Position, resolvePosition } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import type { ReportContext, ReportJson } from './context.ts';
import { AttributionParameters, reportHead, resolveParameters } from './parameters.ts';
import { ALL_TIME, brandOf, readPerson } from './person.ts';
import { readConsidered } from './receipt-touchpoints.ts';

const { model, models, artifact, brand_id, as_of, currency, collapse, lookback, exclude_direct, include_machine } =
  AttributionParameters.properties;

export const ReceiptParameters = Type.Object(
  { model, models, artifact, brand_id, as_of, currency, collapse, lookback, exclude_direct, include_machine },
  { additionalProperties: false },
);
export type ReceiptParameters = Static<typeof ReceiptParameters>;

/** @throws not_found when the conversion is not in the log (at `as_of`). */
export async function receiptReport(
  context: ReportContext,
  conversion_id: string,
  parameters: ReceiptParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(
    async (snapshot) => {
      const position = await resolvePosition(snapshot, parameters.as_of);
      const sought = {
        field: 'conversion_id',
        id: conversion_id,
        columns: [['conversions', 'conversion_id']],
      } as const;
      const brand = await brandOf(snapshot, position, sought, { brand_id: parameters.brand_id, ...options });
      const conversion_ids = await conversionsOfOrder(snapshot, position, brand, conversion_id);
      const standing_id = conversion_ids[0]!;
      const all =
        parameters.model === undefined && parameters.models === undefined ? { models: RULE_MODEL_NAMES.join(',') } : {};
      const resolved = await resolveParameters(
        snapshot,
        context,
        { ...parameters, ...all, ...ALL_TIME, brand_id: brand },
        {
          ...options,
          extra: { report: 'receipt' },
          touch_columns: ['touchpoint_id'],
          show_weights: true,
          conversion_id: standing_id,
        },
      );
      const { plan } = resolved;
      const query = await attribute(snapshot, plan, context.directory);
      const order = await readOrder(snapshot, query, standing_id);
      const { report_period: _period, ...head } = reportHead(resolved, context.clock());
      const settings = modelSettings(plan.brands[0]!.settings, order.conversion_type as ConversionType);
      return {
        ...head,
        conversion_id: standing_id,
        asked_conversion_id: conversion_id,
        attribution_models: plan.models.map(({ name }) => name),
        order: await orderPart(snapshot, plan, query, order, conversion_ids),
        person: await readPerson(snapshot, plan, query.members, order.person_id),
        rules: {
          ...settings,
          collapse: plan.collapse,
          lookback: plan.lookback,
          exclude_direct: plan.exclude_direct,
          include_machine: plan.include_machine,
        },
        ...(await touchesPart(snapshot, plan, query, order, settings.windows)),
      };
    },
    { timeout_ms: context.timeout_ms },
  );
}

const ORDER = {
  conversion_id: 'text',
  conversion_type: 'text',
  order_id: 'text?',
  person_id: 'text',
  currency: 'text',
  at_ms: 'number',
  previous_ms: 'number?',
  value_micros: 'bigint',
  net_micros: 'bigint',
  unattributed_micros: 'bigint',
  unattributed_reason: 'text?',
} as const;
type Order = ReturnType<typeof read<typeof ORDER>>;

/** The one order of a query, with what it is worth and why no touch earned it, where that is so. */
async function readOrder(
  snapshot: Snapshot,
  { orders, events, unattributed }: Attribution,
  standing_id: string,
): Promise<Order> {
  const own = [
    'conversion_id',
    'conversion_type',
    'order_id',
    'person_id',
    'currency',
    'at_ms',
    'previous_ms',
    'value_micros',
  ];
  const [row] = await snapshot.query(
    `select ${own.map((name) => `o.${name} as ${name}`).join(', ')}, text128(e.after_micros) as net_micros,
       text128(coalesce(u.micros, int128(0))) as unattributed_micros, u.reason as unattributed_reason
     from ${orders.name} o join ${events.name} e on e.order_no = o.order_no left join ${unattributed.name} u on u.order_no = o.order_no`,
  );
  assert(row !== undefined, `order of conversion ${standing_id} is in the log and not in the query`);
  return read(row, ORDER);
}

/** The conversions that are one order with this one; the first stands for it. docs/semantics.md 2. */
async function conversionsOfOrder(
  snapshot: Snapshot,
  position: Position,
  brand: string,
  conversion_id: string,
): Promise<string[]> {
  const rows = await snapshot.query(
    `select c.conversion_id as conversion_id from conversions c
     join (select a.order_key as order_key from conversions a where a.brand_id = $brand_id and a.conversion_id = $conversion_id) asked on asked.order_key = c.order_key
     where c.brand_id = $brand_id and ${atOrBefore('c', position)} order by c.occurred_at, c.conversion_id`,
    { brand_id: brand, conversion_id },
  );
  return readAll(rows, { conversion_id: 'text' }).map((row) => row.conversion_id);
}

/** What the order is worth, and how it came to that. */
async function orderPart(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  order: Order,
  conversion_ids: readonly string[],
): Promise<ReportJson> {
  const { currency: own, at_ms, value_micros: value } = order;
  const { brand_id: brand, settings } = plan.brands[0]!;
  let net = value;
  const shown = (await readAdjustments(snapshot, plan, query)).map((adjustment) => {
    const applied = adjustment.currency === own;
    if (applied) net += adjustment.amount_micros;
    return {
      adjustment_id: adjustment.adjustment_id,
      reason: adjustment.reason,
      occurred_at: formatInstant(adjustment.at_ms),
      ...money('amount', adjustment.amount_micros),
      currency: adjustment.currency,
      applied,
      ...(applied ? {} : { note: `not in the order's currency ${own}; left out of every sum` }),
      ...money('net_after', net),
    };
  });
  const day = Math.floor((at_ms + zoneOffsetMs(settings.time_zone, at_ms)) / MS_PER_DAY);
  const rate =
    own === plan.currency ? undefined : (await readRates(snapshot, plan)).find(brand, day, own, plan.currency);
  return {
    order_id: order.order_id,
    brand_id: brand,
    conversion_type: order.conversion_type,
    occurred_at: formatInstant(at_ms),
    conversion_ids,
    currency: own,
    ...money('value', value),
    adjustments: shown,
    ...money('net', net),
    exchange: rate ? exchange(rate, own, plan.currency) : null,
    net_in: { currency: plan.currency, ...money('net', order.net_micros) },
  };
}

function money(name: string, micros: bigint): ReportJson {
  return { [`${name}_micros`]: micros.toString(), [name]: formatMicros(micros) };
}

/** The rate as the exact fraction that was used, and as a decimal to read. */
function exchange({ num, den, dates }: ResolvedRate, from: string, to: string): ReportJson {
  const rate = ratio(num, den);
  return { from, to, rate, numerator: num.toString(), denominator: den.toString(), rate_dates: dates };
}

/** The adjustments of the order, as the query applied them or left them out, with the reason that their sender gave. */
async function readAdjustments(snapshot: Snapshot, plan: Plan, { orders, adjustments }: Attribution) {
  const rows = await snapshot.query(
    `select a.adjustment_id as adjustment_id, r.reason as reason, a.at_ms as at_ms, a.amount_micros as amount_micros, a.currency as currency
     from ${adjustments.name} a join ${orders.name} o on o.order_no = a.order_no
       join adjustments r on r.brand_id = o.brand_id and r.adjustment_id = a.adjustment_id
     where ${atOrBefore('r', plan.positions.adjustments)} order by at_ms, adjustment_id`,
  );
  return readAll(rows, {
    adjustment_id: 'text',
    reason: 'text?',
    at_ms: 'number',
    amount_micros: 'bigint',
    currency: 'text',
  });
}

/** The touchpoints with their credit, and the sums, which are the order's net exactly. */
async function touchesPart(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  order: Order,
  windows: Windows,
): Promise<ReportJson> {
  const { net_micros: net, unattributed_micros: rest } = order;
  const considered = await readConsidered(snapshot, plan, query, { previous_ms: order.previous_ms, windows });
  const credits = considered.touchpoints.flatMap(({ credit }) => (credit ? [credit] : []));
  const totals = plan.models.map(({ name }, i) => {
    const shares = credits.map((credit) => earned(credit, i));
    return {
      name,
      micros: shares.reduce((sum, { micros }) => sum + micros, 0n),
      millionths: shares.reduce((sum, { millionths }) => sum + millionths, 0n),
    };
  });
  const organic: Array<bigint | null> = [];
  for (const i of plan.models.keys()) organic.push(await readOrganic(snapshot, plan, query, i));
  const sums = totals.map(({ micros }, i) => micros + (organic[i] ?? 0n) + rest);
  assert(
    sums.every((sum) => sum === net),
    `credits of order ${order.conversion_id} do not add up to its net`,
  );
  return {
    path_length: credits.length,
    touchpoint_count: considered.total,
    touchpoints_shown: considered.touchpoints.length,
    touchpoints: considered.touchpoints.map(({ json, credit }) =>
      credit ? { ...json, credit: creditOf(plan, credit) } : json,
    ),
    unattributed_reason: order.unattributed_reason,
    reconciliation: {
      ...money('net_revenue', net),
      attributed: Object.fromEntries(
        totals.map(({ name, micros, millionths }, i) => [
          name,
          {
            ...money('attributed_revenue', micros),
            credited_conversions: ratio(millionths, 1_000_000),
            ...(organic[i] === null ? {} : money('organic_revenue', organic[i]!)),
          },
        ]),
      ),
      ...money('unattributed', rest),
    },
  };
}

/** What a touch got under model number `i`. */
function earned(credit: Row, i: number): { weight: number; millionths: bigint; micros: bigint } {
  const [weight, millionths, micros] = [`w${i}`, `m${i}`, `c${i}`] as const;
  const cells = read(credit, { [weight]: 'number', [millionths]: 'bigint', [micros]: 'bigint' } as const);
  return { weight: Number(cells[weight]), millionths: BigInt(cells[millionths]!), micros: BigInt(cells[micros]!) };
}

/** Engines differ in the last bit of a power; credit is made of weights scaled to integers, which do not show it. */
const WEIGHT_DIGITS = 12;

const rounded = (measure: number): number => Number(measure.toPrecision(WEIGHT_DIGITS));

/** What the artifact measures with the touch's channel in the path, and without it. */
function because({ artifact_id, measure }: Scores, credit: Row, i: number): ReportJson {
  const shape: Record<string, 'number'> = { [`with${i}`]: 'number', [`without${i}`]: 'number' };
  const cells = read(credit, shape);
  return { artifact_id, measure, with: rounded(cells[`with${i}`]!), without: rounded(cells[`without${i}`]!) };
}

/** Per model: the weight that its formula gave, the share after normalising, and the money. */
function creditOf(plan: Plan, credit: Row): ReportJson {
  return Object.fromEntries(
    plan.models.map(({ name, scores }, i) => {
      const { weight, millionths, micros } = earned(credit, i);
      return [
        name,
        {
          ...(scores ? { because: because(scores, credit, i) } : {}),
          weight: rounded(weight),
          share: ratio(millionths, 1_000_000),
          ...money('attributed_revenue', micros),
        },
      ];
    }),
  );
}
