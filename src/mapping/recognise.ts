/** Knows files by their columns, and proposes the plan for them. */
import { SIGNALS } from '../domain/consent/purposes.ts';
import { RECORD_NAMES, type RecordName, recordKind } from '../domain/index.ts';
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
  customer_id: words(
    'customerid userid customer contactid subscriberid email emailaddress customeremail contactemail useremail billingemail',
    'visitoremail emailid who user kunde kundennummer kundenemail emailadresse',
  ),
  anonymous_id: words('anonymousid visitorid cookieid clientid deviceid userpseudoid'),
  occurred_at: words(
    'occurredat timestamp time datetime createdat eventtime eventtimestamp created orderdate ordertime orderedat date',
    'purchasedate purchasedat visittime visitdate visitedat clicktime clickedat opentime openedat when',
    'datum zeitpunkt zeit bestelldatum kaufdatum',
  ),
  assigned_at: words('assignedat timestamp time createdat date datum'),
  conversion_value: words(
    'conversionvalue value total amount revenue ordertotal ordervalue orderamount totalamount totalprice grandtotal price',
    'betrag summe umsatz gesamt gesamtbetrag gesamtsumme bestellwert',
  ),
  amount: words('amount cost costs spend spent amountspent adspend value refundedamount kosten betrag ausgaben'),
  currency: words('currency currencycode whrung waehrung'),
  order_id: words(
    'orderid order ordernumber orderno ordernr ordername transactionid',
    'bestellnummer bestellnr bestellung auftragsnummer rechnungsnummer',
  ),
  conversion_id: words('conversionid'),
  touchpoint_type: words('touchpointtype eventtype type event action interaction'),
  event_type: words('eventtype type event action'),
  campaign_id: words('campaignid campaign campaignname kampagne kampagnenname kampagnenid'),
  channel: words('channel channelname medium kanal'),
  date: words('date day datum tag'),
  url: words('url pageurl pagelocation landingpage landingpageurl landingurl landingsite page'),
  product_ids: words('productids products skus'),
  segment_name: words('segmentname segment list tag'),
  claimant: words('claimant platform provider'),
  conversions: words('conversions orders purchases placedorders'),
  revenue: words('revenue conversionvalue convvalue claimedrevenue attributedrevenue umsatz'),
  attribution_window: words('attributionwindow attributionsetting conversionwindow'),
  base: words('basecurrency tocurrency'),
  rate: words('fxrate exchangerate kurs'),
};

function words(...lists: readonly string[]): readonly string[] {
  return lists.join(' ').split(' ');
}

interface Assumed {
  field: string;
  plan: FieldPlan;
  /** The field that must be there: without a page a touch may be of any type. */
  beside: string;
}

/** Constants that a record needs and that files rarely have. */
export const ASSUMED: Partial<Record<RecordName, Assumed>> = {
  conversions: { field: 'conversion_type', plan: { value: 'purchase' }, beside: 'conversion_value' },
  touchpoints: { field: 'touchpoint_type', plan: { value: 'website_visit' }, beside: 'url' },
};

/** Fields of which a record needs one. */
const ONE_OF: Partial<Record<RecordName, readonly string[]>> = { consents: SIGNALS };

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
  const assumed = ASSUMED[record];
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
  // The sides of a link may be addresses on the wire; a file has ids.
  const sides = Object.entries(subjects ?? {}).filter(([, role]) => role === 'either');
  for (const name of [...(schema.required ?? []), ...sides.map(([side]) => side)]) {
    if (found.has(name)) score += 1;
    else if (assumed?.field === name && found.has(assumed.beside)) plans[name] = assumed.plan;
    else return undefined;
  }
  const one_of = ONE_OF[record];
  if (one_of !== undefined && !one_of.some((name) => found.has(name))) return undefined;
  const needs_subject = subjects !== undefined && 'customer_id' in subjects;
  if (needs_subject && !found.has('customer_id') && !found.has('anonymous_id')) return undefined;
  return { fields: plans, score };
}

function isSynonym(field: string, column: string): boolean {
  const plain = column.toLowerCase().replace(/\(.*\)|[^a-z]/g, '');
  return plain === field.replaceAll('_', '') || (SYNONYMS[field] ?? []).includes(plain);
}
