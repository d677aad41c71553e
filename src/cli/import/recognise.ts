/** Knows files by their columns, and proposes the plan for them. */
import { RECORD_NAMES, type RecordName, recordKind } from '../../domain/index.ts';
import type { FieldPlan, ImportPlan } from './plan.ts';
import { PRESETS } from './presets/index.ts';
import { isOfPreset, type Preset, planOfPreset } from './presets/preset.ts';

export interface Recogniser {
  /** What the file is, as a person would say it. */
  name: string;
  /** The preset whose files it knows. */
  preset?: Preset;
  /**
   * The plan for a file with these columns; undefined if it is another kind of file.
   * @param accepted how many of the first rows the server would take under a plan.
   */
  recognise(columns: readonly string[], accepted: (plan: ImportPlan) => number): ImportPlan | undefined;
}

/** Names that columns often have, by field, without capitals, blanks and signs. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  customer_id: [
    'customerid',
    'userid',
    'customer',
    'contactid',
    'subscriberid',
    'email',
    'emailaddress',
    'who',
    'user',
  ],
  anonymous_id: ['anonymousid', 'visitorid', 'cookieid', 'clientid', 'deviceid', 'userpseudoid'],
  occurred_at: [
    'occurredat',
    'timestamp',
    'time',
    'datetime',
    'createdat',
    'eventtime',
    'eventtimestamp',
    'created',
    'orderdate',
    'date',
  ],
  assigned_at: ['assignedat', 'timestamp', 'time', 'createdat', 'date'],
  conversion_value: ['conversionvalue', 'value', 'total', 'amount', 'revenue', 'ordertotal', 'grandtotal', 'price'],
  amount: ['amount', 'cost', 'spend', 'value', 'refundedamount'],
  currency: ['currency', 'currencycode'],
  order_id: ['orderid', 'order', 'ordernumber', 'ordername', 'transactionid'],
  conversion_id: ['conversionid'],
  touchpoint_type: ['touchpointtype', 'eventtype', 'type', 'event', 'action', 'interaction'],
  event_type: ['eventtype', 'type', 'event', 'action'],
  campaign_id: ['campaignid', 'campaign', 'campaignname'],
  channel: ['channel', 'channelname', 'medium'],
  date: ['date', 'day'],
  url: ['url', 'pageurl', 'pagelocation', 'landingpage'],
  product_ids: ['productids', 'products', 'skus'],
  segment_name: ['segmentname', 'segment', 'list', 'tag'],
};

/** Constants that a record needs and that files rarely have. */
const ASSUMED: Partial<Record<RecordName, Readonly<Record<string, FieldPlan>>>> = {
  conversions: { conversion_type: { value: 'purchase' } },
};

/** The record that takes most of the first rows; of several, the one whose fields the columns fill best. */
const BY_NAMES: Recogniser = {
  name: 'columns with known names',
  recognise(columns, accepted) {
    let best: { plan: ImportPlan; rows: number; score: number } | undefined;
    for (const record of RECORD_NAMES) {
      const proposed = fieldsFor(record, columns);
      if (proposed === undefined) continue;
      const plan: ImportPlan = { records: [{ record, fields: proposed.fields }] };
      const [rows, { score }] = [accepted(plan), proposed];
      if (best === undefined || rows > best.rows || (rows === best.rows && score > best.score))
        best = { plan, rows, score };
    }
    return best?.plan;
  },
};

/** In the order in which they are asked; the first that knows the file is taken. */
export const RECOGNISERS: readonly Recogniser[] = [...PRESETS.map(byPreset), BY_NAMES];

function byPreset(preset: Preset): Recogniser {
  const recognise = (columns: readonly string[]): ImportPlan | undefined =>
    isOfPreset(preset, columns) ? planOfPreset(preset, columns) : undefined;
  return { name: `${preset.title}, preset ${preset.name}`, preset, recognise };
}

/** The fields of a record that the columns fill, and how well; undefined if one that it needs is missing. */
function fieldsFor(record: RecordName, columns: readonly string[]) {
  const { fields, schema, subjects } = recordKind(record);
  const assumed = ASSUMED[record] ?? {};
  const plans: Record<string, FieldPlan> = {};
  const taken = new Set<string>();
  const found = new Set<string>();
  let score = 0;
  for (const exact of [true, false]) {
    for (const { name } of fields) {
      if (found.has(name)) continue;
      const column = columns.find((one) => !taken.has(one) && (exact ? one === name : isSynonym(name, one)));
      if (column === undefined) continue;
      taken.add(column);
      found.add(name);
      score += exact ? 3 : 2;
      if (column !== name) plans[name] = { from: column };
    }
  }
  const required: readonly string[] = schema.required ?? [];
  for (const name of required) {
    if (found.has(name)) score += 1;
    else if (assumed[name] !== undefined) plans[name] = assumed[name];
    else return undefined;
  }
  const needs_subject = subjects !== undefined && 'customer_id' in subjects;
  if (needs_subject && !found.has('customer_id') && !found.has('anonymous_id')) return undefined;
  return { fields: plans, score };
}

function isSynonym(field: string, column: string): boolean {
  const plain = column.toLowerCase().replace(/\(.*\)|[^a-z]/g, '');
  return plain === field.replaceAll('_', '') || (SYNONYMS[field] ?? []).includes(plain);
}
