/** The receipt of one conversion: every touch considered, why it counted or not, and what it earned under each model. */

import Type, { type Static } from 'typebox';
import { CREDITED_TOUCHES, scoresTable } from '../attribution/credits.ts';
import { RULE_MODEL_NAMES } from '../attribution/models.ts';
import type { Plan, Scores } from '../attribution/plan.ts';
import { attribute } from '../attribution/query.ts';
import { pickOptions } from '../attribution/query-options.ts';
import { type ResolvedRate, readRates } from '../attribution/rates.ts';
import { readOrganic } from '../attribution/unattributed.ts';
import type { ConversionType } from '../domain/conversion.ts';
import { assert } from '../domain/errors.ts';
import { formatMicros, ratio } from '../domain/money.ts';
import { modelSettings } from '../domain/settings.ts';
import { formatInstant, MS_PER_DAY, zoneOffsetMs } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, type Position, resolvePosition } from '../warehouse/position.ts';
import { type Row, textColumn } from '../warehouse/schema.ts';
import { reportHead } from './config-hash.ts';
import type { ReportContext, ReportJson } from './context.ts';
import { defineReport } from './declare.ts';
import { ONE_ORDER_PARAMETERS } from './parameters.ts';
import { ALL_TIME, brandOf, readPerson } from './person.ts';
import { readConsidered } from './receipt-touchpoints.ts';
import { resolveParameters } from './resolve.ts';
import { RECEIPT_MEANINGS, ReceiptResult } from './results/receipt.ts';

export const ReceiptParameters = Type.Object(ONE_ORDER_PARAMETERS, { additionalProperties: false });
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
      const { reclassified } = await attribute(snapshot, plan, context.directory);
      const [row] = await snapshot.query(
        'select o.*, text128(e.after_micros) as net_micros from orders o join events e on e.order_no = o.order_no',
      );
      assert(row !== undefined, `order of conversion ${standing_id} is in the log and not in the query`);
      const { report_period: _period, ...head } = reportHead(resolved, context.clock());
      const settings = modelSettings(plan.brands[0]!.settings, row['conversion_type'] as ConversionType);
      return {
        ...head,
        conversion_id: standing_id,
        asked_conversion_id: conversion_id,
        attribution_models: plan.models.map(({ name }) => name),
        order: await orderPart(snapshot, plan, row, conversion_ids),
        person: await readPerson(snapshot, plan, row['person_id'] as string),
        rules: {
          ...settings,
          ...pickOptions(plan, 'touches'),
        },
        ...(await touchesPart(snapshot, plan, row, reclassified)),
      };
    },
    { timeout_ms: context.timeout_ms },
  );
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
  return rows.map((row) => row['conversion_id'] as string);
}

/** What the order is worth, and how it came to that. */
async function orderPart(
  snapshot: Snapshot,
  plan: Plan,
  row: Row,
  conversion_ids: readonly string[],
): Promise<ReportJson> {
  const own = row['currency'] as string;
  const at_ms = Number(row['at_ms']);
  const { brand_id: brand, settings } = plan.brands[0]!;
  const value = BigInt(row['value_micros']!);
  const adjustments = await readAdjustments(snapshot, plan, row, conversion_ids);
  let net = value;
  const shown = adjustments.map((adjustment) => {
    const amount = BigInt(adjustment['amount_micros']!);
    const applied = adjustment['currency'] === own;
    if (applied) net += amount;
    return {
      adjustment_id: adjustment['adjustment_id'],
      reason: adjustment['reason'],
      occurred_at: formatInstant(Number(adjustment['at_ms'])),
      ...money('amount', amount),
      currency: adjustment['currency'],
      applied,
      ...(applied ? {} : { note: `not in the order's currency ${own}; left out of every sum` }),
      ...money('net_after', net),
    };
  });
  const day = Math.floor((at_ms + zoneOffsetMs(settings.time_zone, at_ms)) / MS_PER_DAY);
  const rate =
    own === plan.currency ? undefined : (await readRates(snapshot, plan)).find(brand, day, own, plan.currency);
  return {
    order_id: row['order_id'],
    brand_id: brand,
    conversion_type: row['conversion_type'],
    occurred_at: formatInstant(at_ms),
    conversion_ids,
    currency: own,
    ...money('value', value),
    adjustments: shown,
    ...money('net', net),
    exchange: rate ? exchange(rate, own, plan.currency) : null,
    net_in: { currency: plan.currency, ...money('net', BigInt(row['net_micros'] as string)) },
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

async function readAdjustments(
  snapshot: Snapshot,
  plan: Plan,
  row: Row,
  conversion_ids: readonly string[],
): Promise<Row[]> {
  await snapshot.relation(
    'order_conversions',
    [textColumn('conversion_id')],
    conversion_ids.map((id) => ({ conversion_id: id })),
  );
  return snapshot.query(
    `select a.adjustment_id as adjustment_id, a.reason as reason, epoch_ms(a.occurred_at) as at_ms, a.amount_micros as amount_micros, a.currency as currency
     from adjustments a
     where a.brand_id = $brand_id and ${atOrBefore('a', plan.positions.adjustments)}
       and (a.conversion_id in (select conversion_id from order_conversions) or (a.conversion_id is null and a.order_id = $order_id))
     order by at_ms, adjustment_id`,
    { brand_id: plan.brands[0]!.brand_id, order_id: (row['order_id'] as string | null) ?? null },
  );
}

/** The touchpoints with their credit, and the sums, which are the order's net exactly. */
async function touchesPart(snapshot: Snapshot, plan: Plan, row: Row, reclassified: boolean): Promise<ReportJson> {
  const net = BigInt(row['net_micros'] as string);
  const considered = await readConsidered(
    snapshot,
    plan,
    {
      at_ms: Number(row['at_ms']),
      previous_ms: row['previous_ms'] === null ? null : Number(row['previous_ms']),
      conversion_type: row['conversion_type'] as ConversionType,
    },
    reclassified,
  );
  const [unattributed] = await snapshot.query('select reason, text128(micros) as micros from unattributed');
  const credits = await readCredits(snapshot, plan);
  const by_id = new Map(credits.map((credit) => [credit['touchpoint_id'] as string, credit]));
  const totals = plan.models.map(({ name }, i) => ({
    name,
    micros: credits.reduce((sum, credit) => sum + BigInt(credit[`c${i}`] as string), 0n),
    millionths: credits.reduce((sum, credit) => sum + BigInt(credit[`m${i}`]!), 0n),
  }));
  const rest = BigInt((unattributed?.['micros'] as string | undefined) ?? 0);
  const organic: Array<bigint | null> = [];
  for (const i of plan.models.keys()) organic.push(await readOrganic(snapshot, plan, i));
  const sums = totals.map(({ micros }, i) => micros + (organic[i] ?? 0n) + rest);
  assert(
    sums.every((sum) => sum === net),
    `credits of order ${row['conversion_id']} do not add up to its net`,
  );
  return {
    path_length: credits.length,
    touchpoint_count: considered.total,
    touchpoints_shown: considered.touchpoints.length,
    touchpoints: considered.touchpoints.map(({ touchpoint_id, json }) => {
      const credit = by_id.get(touchpoint_id);
      return credit ? { ...json, credit: creditOf(plan, credit) } : json;
    }),
    unattributed_reason: unattributed?.['reason'] ?? null,
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

/** The touches of the path with weight, credit and, under fitted models, what the artifact says of them. */
function readCredits(snapshot: Snapshot, plan: Plan): Promise<Row[]> {
  const columns = plan.models.map(
    ({ scores }, i) =>
      `c.w${i} as w${i}, c.m${i} as m${i}, text128(c.c${i}) as c${i}${scores ? `, s${i}.with_it as with${i}, s${i}.without_it as without${i}` : ''}`,
  );
  const joins = plan.models.map((model, i) =>
    model.scores
      ? `left join ${scoresTable(plan, model)} s${i} on s${i}.order_no = c.order_no and s${i}.touch_no = c.touch_no`
      : '',
  );
  return snapshot.query(
    `select t.touchpoint_id as touchpoint_id, ${columns.join(', ')} from ${CREDITED_TOUCHES} ${joins.join(' ')}`,
  );
}

/** Engines differ in the last bit of a power; credit is made of weights scaled to integers, which do not show it. */
const WEIGHT_DIGITS = 12;

/** What the artifact measures with the touch's channel in the path, and without it. */
function because({ artifact_id, measure }: Scores, credit: Row, i: number): ReportJson {
  const rounded = (cell: Row[string] | undefined): number => Number(Number(cell).toPrecision(WEIGHT_DIGITS));
  return { artifact_id, measure, with: rounded(credit[`with${i}`]), without: rounded(credit[`without${i}`]) };
}

/** Per model: the weight that its formula gave, the share after normalising, and the money. */
function creditOf(plan: Plan, credit: Row): ReportJson {
  return Object.fromEntries(
    plan.models.map(({ name, scores }, i) => [
      name,
      {
        ...(scores ? { because: because(scores, credit, i) } : {}),
        weight: Number(Number(credit[`w${i}`]).toPrecision(WEIGHT_DIGITS)),
        share: ratio(BigInt(credit[`m${i}`]!), 1_000_000),
        ...money('attributed_revenue', BigInt(credit[`c${i}`] as string)),
      },
    ]),
  );
}

export const receipt = defineReport({
  name: 'receipt',
  command: 'receipt',
  path: '/v1/conversions/:conversion_id/receipt',
  path_parameters: { conversion_id: 'Any conversion of the order' },
  summary: 'Why each touch of an order got what it got',
  description:
    'Every touch that was considered, why it was in or out, its weight, its share and its micros, under every rule model unless `model` or `models` says otherwise.',
  parameters: ReceiptParameters,
  result: ReceiptResult,
  main_table: { rows: 'touchpoints' },
  explain: RECEIPT_MEANINGS,
  run: (context, { conversion_id, ...parameters }, asker) => receiptReport(context, conversion_id, parameters, asker),
});
