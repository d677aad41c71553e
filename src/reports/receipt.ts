/** The receipt of one order: every touchpoint that was considered, why it counted or not, and its credit under each model. */

import { RULE_MODEL_NAMES } from '../attribution/models.ts';
import { MICRO_CONVERSIONS, type Plan, type Scores } from '../attribution/plan.ts';
import { type Attribution, attribute } from '../attribution/query.ts';
import { pickOptions } from '../attribution/query-options.ts';
import { readOrganic } from '../attribution/unattributed.ts';
import type { ConversionType } from '../domain/conversion.ts';
import { assert } from '../domain/errors.ts';
import { money, ratio } from '../domain/money.ts';
import { CLAIMED_ID } from '../domain/page-conversion.ts';
import { modelSettings, type Windows } from '../domain/settings.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { resolvePosition } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { ONE_ORDER_PARAMETERS } from './parameters.ts';
import { ALL_TIME, brandOf, readPerson } from './person.ts';
import { conversionsOfOrder, type Order, orderPart, readOrder } from './receipt-order.ts';
import { type SharedByTouch, sharedCredit, sharedJson } from './receipt-shared.ts';
import { readConsidered } from './receipt-touchpoints.ts';
import { resolveParameters } from './resolve.ts';
import { RECEIPT_MEANINGS, ReceiptResult } from './results/receipt.ts';

export const ReceiptParameters = Type.Object(ONE_ORDER_PARAMETERS, { additionalProperties: false });
export type ReceiptParameters = Static<typeof ReceiptParameters>;

/** Makes the receipt. @throws not_found when the conversion is not in the log at `as_of`. */
export async function receiptReport(
  context: ReportContext,
  conversion_id: string,
  parameters: ReceiptParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    const position = await resolvePosition(snapshot, parameters.as_of);
    const sought = {
      field: 'conversion_id',
      id: conversion_id,
      columns: [
        ['conversions', 'conversion_id'],
        ['conversions', CLAIMED_ID],
      ],
    } as const;
    const brand = await brandOf(snapshot, position, sought, { brand_id: parameters.brand_id, ...options });
    const conversions = await conversionsOfOrder(snapshot, position, brand, conversion_id);
    const standing_id = conversions[0]!.named_id;
    const all =
      parameters.model === undefined && parameters.models === undefined ? { models: RULE_MODEL_NAMES.join(',') } : {};
    const resolved = await resolveParameters(
      snapshot,
      context,
      { ...parameters, ...all, ...ALL_TIME },
      {
        ...options,
        brand_ids: [brand],
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
      order: await orderPart(snapshot, plan, query, order, conversions),
      person: await readPerson(snapshot, plan, query.members, order.person_id),
      rules: {
        ...settings,
        ...pickOptions(plan, 'touches'),
      },
      ...(await touchesPart(snapshot, plan, query, order, settings.windows)),
    };
  }, readOptions(context));
}

/** The touchpoints with their credit, and the sums. They equal the order's net value exactly. */
async function touchesPart(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  order: Order,
  windows: Windows,
): Promise<ReportJson> {
  const { net_micros: net, unattributed_micros: rest } = order;
  const considered = await readConsidered(snapshot, plan, query, { previous_ms: order.previous_ms, windows });
  const shared = sharedCredit(plan, considered.touchpoints);
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
    `the credits of order ${order.conversion_id} do not add up to its net value`,
  );
  return {
    path_length: credits.length,
    touchpoint_count: considered.total,
    touchpoints_shown: considered.touchpoints.length,
    ...(considered.hidden > 0 && { touchpoints_hidden_by_consent: considered.hidden }),
    touchpoints: considered.touchpoints.map(({ json, credit }) =>
      credit ? { ...json, credit: creditOf(plan, credit, shared.get(json)) } : json,
    ),
    unattributed_reason: order.unattributed_reason,
    reconciliation: {
      ...money('net_revenue', net),
      attributed: Object.fromEntries(
        totals.map(({ name, micros, millionths }, i) => [
          name,
          {
            ...money('attributed_revenue', micros),
            credited_conversions: ratio(millionths, MICRO_CONVERSIONS),
            ...(organic[i] === null ? {} : money('organic_revenue', organic[i]!)),
          },
        ]),
      ),
      ...money('unattributed', rest),
    },
  };
}

/** The credit of a touch under model number `i`. */
function earned(credit: Row, i: number): { weight: number; millionths: bigint; micros: bigint } {
  const [weight, millionths, micros] = [`w${i}`, `m${i}`, `c${i}`] as const;
  const cells = read(credit, { [weight]: 'number', [millionths]: 'bigint', [micros]: 'bigint' } as const);
  return { weight: Number(cells[weight]), millionths: BigInt(cells[millionths]!), micros: BigInt(cells[micros]!) };
}

/**
 * Weights are shown with this many digits, since engines differ in the last bit of a power. Credit uses integer weights, which
 * are equal.
 */
const WEIGHT_DIGITS = 12;

const rounded = (measure: number): number => Number(measure.toPrecision(WEIGHT_DIGITS));

/** The measure of the artifact with the touch's channel in the path, and without it. */
function because(
  { artifact_id, measure }: Scores,
  credit: Row,
  i: number,
  shared: SharedByTouch | undefined,
): ReportJson {
  const shape: Record<string, 'number'> = { [`with${i}`]: 'number', [`without${i}`]: 'number' };
  const cells = read(credit, shape);
  const measured = { with: rounded(cells[`with${i}`]!), without: rounded(cells[`without${i}`]!) };
  return { artifact_id, measure, ...measured, ...(shared && sharedJson(shared, earned(credit, i).weight, rounded)) };
}

/** The credit of a touch per model: its weight, its share after normalising, and its money. */
function creditOf(plan: Plan, credit: Row, shared: readonly (SharedByTouch | undefined)[] | undefined): ReportJson {
  return Object.fromEntries(
    plan.models.map(({ name, scores }, i) => {
      const { weight, millionths, micros } = earned(credit, i);
      return [
        name,
        {
          ...(scores ? { because: because(scores, credit, i, shared?.[i]) } : {}),
          weight: rounded(weight),
          share: ratio(millionths, MICRO_CONVERSIONS),
          ...money('attributed_revenue', micros),
        },
      ];
    }),
  );
}

export const receipt = defineReport({
  name: 'receipt',
  command: 'receipt',
  path: '/v1/conversions/:conversion_id/receipt',
  path_parameters: { conversion_id: 'Any conversion of the order' },
  summary: 'Why each touch of an order earned what it earned',
  description:
    'Every touchpoint that was considered, why it counted or not, and its weight, share and credit. Covers every rule model unless `model` or `models` names others.',
  parameters: ReceiptParameters,
  result: ReceiptResult,
  main_table: { rows: 'touchpoints' },
  persons: true,
  explain: RECEIPT_MEANINGS,
  run: (context, { conversion_id, ...parameters }, asker) => receiptReport(context, conversion_id, parameters, asker),
});
