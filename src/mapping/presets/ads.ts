/** What advertising cost and what it claims to have earned, by day and campaign: Google Ads and Meta Ads. */
import { currencyOfHeader } from '../amounts.ts';
import type { Condition, FieldPlan, ImportPlan, RecordPlan } from '../plan.ts';
import type { Preset, Unusable } from './preset.ts';

interface Ads {
  source: string;
  /** The channel that a click of it has when nothing but its click id tells. */
  channel: string;
  day: string;
  amount: string;
  currency: string;
  /** Of each, the id before the name: a campaign that gets another name keeps its id, so its days are stated once. */
  campaign: readonly [id: string, name: string];
  ad_set: readonly [id: string, name: string];
  /** The conversions and the revenue that it claims, and its window: columns that a file may have. */
  claimed: { conversions: readonly string[]; revenue: readonly string[]; window: string };
}

/** Spend and claims of each line. Totals above and below have no day or no campaign, and lines without an amount cost nothing that is known. */
function planOf(ads: Ads, columns: readonly string[]): ImportPlan {
  const known = (...names: readonly string[]): string => names.filter((name) => columns.includes(name)).join('|');
  const [campaign, name] = [known(...ads.campaign), known(ads.campaign[1])];
  const ad_set = known(...ads.ad_set);
  const filled = (...names: readonly string[]): Condition[] =>
    [ads.day, name || campaign, ...names].map((column) => ({ column, op: '!=', values: [''] }));
  const in_header = currencyOfHeader(ads.amount);
  const currency: FieldPlan = in_header === undefined ? { from: known(ads.currency) } : { value: in_header };
  const common = {
    date: { from: ads.day },
    channel: { value: ads.channel },
    campaign_id: { from: campaign },
    ...(currency.from === '' ? {} : { currency }),
  };
  const spend: RecordPlan = {
    record: 'spend',
    by_name: false,
    where: filled(ads.amount),
    fields: {
      ...common,
      ...(ad_set === '' ? {} : { ad_set_id: { from: ad_set } }),
      source: { value: ads.source },
      amount: { from: ads.amount },
    },
  };
  const [conversions, revenue] = [known(...ads.claimed.conversions), known(...ads.claimed.revenue)];
  if (conversions === '' || revenue === '') return { records: [spend] };
  const claims: RecordPlan = {
    record: 'claims',
    by_name: false,
    where: filled(conversions, revenue),
    fields: {
      ...common,
      claimant: { value: ads.source },
      conversions: { from: conversions },
      revenue: { from: revenue },
      attribution_window: { from: ads.claimed.window, optional: true },
      // Both state a conversion on the day of the click or view that they credit.
      counted_on: { value: 'touch' },
    },
  };
  return { records: [spend, claims] };
}

const SAME_DAY =
  'import a day again when it was restated: the latest import of a day, campaign and ad set counts. Keep the columns the same, since a line with an ad set does not replace one without';

const GOOGLE: Omit<Ads, 'amount'> = {
  source: 'google_ads',
  channel: 'paid_search',
  day: 'Day',
  currency: 'Currency code',
  campaign: ['Campaign ID', 'Campaign'],
  ad_set: ['Ad group ID', 'Ad group'],
  claimed: { conversions: ['Conversions'], revenue: ['Conv. value', 'Conversion value'], window: 'Conversion window' },
};
const GOOGLE_ONLY =
  'Currency code|Campaign status|Campaign state|Campaign type|Ad group|Ad group ID|Ad group status|Impr.|Avg. CPC|Avg. cost|Budget name|Interactions';

export const GOOGLE_ADS_COST: Preset = {
  name: 'google_ads_cost',
  title: 'Google Ads cost',
  columns: ['Day', 'Campaign', 'Cost', GOOGLE_ONLY],
  plan: (columns) => planOf({ ...GOOGLE, amount: 'Cost' }, columns),
  notes: [
    'the campaign is the Campaign ID if the file has it, else the name: links tagged by Google carry {campaignid}. If yours carry the name in utm_campaign, add --map campaign_id=Campaign',
    'all of it is on channel paid_search, as a click is that Google only tagged with gclid; for others import them apart, such as --where "Campaign type=Display" --set channel=display',
    SAME_DAY,
  ],
  export_at:
    'Campaigns > Segment > Time > Day, with the columns Campaign ID and Currency code, Download > .csv, in English',
  currency_at: 'Admin > Preferences of Google Ads',
};

export const GOOGLE_ADS_WITHOUT_DAYS: Unusable = {
  columns: ['Campaign', 'Cost', GOOGLE_ONLY],
  without: ['Day'],
  reason:
    'is an export of Google Ads without the column Day, so its cost belongs to no day; add Segment > Time > Day to the report, and download it again',
};

const META: Omit<Ads, 'amount'> = {
  source: 'meta_ads',
  channel: 'paid_social',
  day: 'Day',
  currency: 'Currency',
  campaign: ['Campaign ID', 'Campaign name'],
  ad_set: ['Ad set ID', 'Ad set name'],
  claimed: {
    conversions: ['Purchases', 'Website purchases'],
    revenue: ['Purchases conversion value', 'Website purchases conversion value'],
    window: 'Attribution setting',
  },
};
const META_AMOUNT = { shown: 'Amount spent (USD)', pattern: /^Amount spent( \([A-Z]{3}\))?$/ };

export const META_ADS_COST: Preset = {
  name: 'meta_ads_cost',
  title: 'Meta Ads cost',
  columns: ['Day', 'Campaign name|Campaign ID', META_AMOUNT],
  plan: (columns) => planOf({ ...META, amount: columns.find((column) => META_AMOUNT.pattern.test(column))! }, columns),
  notes: [
    'the campaign is the Campaign ID if the file has it, else the name. Touches meet it by utm_id={{campaign.id}}; if your links carry utm_campaign={{campaign.name}}, add --map "campaign_id=Campaign name"',
    SAME_DAY,
  ],
  export_at:
    'Ads Manager > Breakdown > By time > Day, with the column Campaign ID, Reports > Export table data > .csv, in English',
  currency_at: 'Ad account settings of the Ads Manager',
};

export const META_ADS_WITHOUT_DAYS: Unusable = {
  columns: ['Campaign name|Campaign ID', META_AMOUNT],
  without: ['Day'],
  reason:
    'is an export of Meta Ads without the column Day, so its cost belongs to no day; choose Breakdown > By time > Day in the Ads Manager, and export it again',
};
