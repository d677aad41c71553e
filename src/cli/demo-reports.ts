/** The reports of the demo. They show why attribution needs care, and what else the log can tell, on simulated data with known effects. */
import { RULE_MODEL_NAMES } from '../attribution/models.ts';
import { consentPolicy } from '../domain/consent/policy.ts';
import { EMAIL_TYPES } from '../domain/touchpoint.ts';
import { showAttribution } from '../present/attribution.ts';
import { showClaims } from '../present/claims.ts';
import { showReceipt } from '../present/receipt.ts';
import { money, moneyText, number, type TextColumn, textTable } from '../present/table.ts';
import { showReport } from '../present/tables.ts';
import { attributionReport } from '../reports/attribution.ts';
import type { ReportContext } from '../reports/context.ts';
import { REPORTS } from '../reports/index.ts';
import type { Truth } from '../simulation/world.ts';
import type { Tributary } from '../tributary.ts';
import type { Client, Json, Query } from './client.ts';
import { pathPart } from './requests.ts';

/** Fits the models that learn from data. Returns the names of the models that passed their gate. */
async function fitModels(client: Client): Promise<string[]> {
  const passed = async (model: string, answers: string[]): Promise<string[]> =>
    (await client.post('/v1/models', { model, draws: 0 })).passed ? answers : [];
  return [
    ...(await passed('markov', ['data_driven'])),
    ...(await passed('algorithmic', ['algorithmic', 'algorithmic_incremental'])),
  ];
}

export async function showDemo(client: Client, tributary: Tributary, truth: Truth): Promise<string> {
  const period = {
    start: truth.start.slice(0, 10),
    end: truth.end.slice(0, 10),
    currency: 'USD',
    conversion_type: 'purchase',
  };
  const learned = await fitModels(client);
  const models = await client.get('/v1/reports/attribution', {
    ...period,
    models: [...RULE_MODEL_NAMES, ...learned].join(','),
    group_by: 'channel',
  });
  const conversion_id = await exampleOrder(tributary, period);
  const receipt =
    conversion_id === undefined
      ? undefined
      : await client.get(`/v1/conversions/${pathPart('conversion_id', conversion_id)}/receipt`, {
          currency: 'USD',
          model: 'linear',
        });
  return [
    heading(1, `The same orders under ${Object.keys(models.models).length} models`),
    showAttribution(models, 20),
    heading(2, 'What each method credits to email, and the orders that email really caused'),
    await emailClaims(tributary.reports, models, period, truth),
    await consentBound(tributary.reports, period),
    heading(3, 'What the email tool and the ad platform claim, beside what the shop sold'),
    showClaims(await client.get('/v1/reports/claims', { ...period, models: 'linear,last_touch' }), 20),
    heading(4, 'One order in full: each touch, its credit and the reason'),
    receipt === undefined
      ? 'no order has 4 to 12 touches and an email click that no machine made\n'
      : showReceipt(receipt, 20),
    heading(5, 'How long people take from the first touch to an order'),
    await insight(client, 'lags', period),
    heading(6, 'Which channels work together, and which only meet'),
    await insight(client, 'synergies', period),
    heading(7, 'What customers brought, and what they are likely to bring'),
    await insight(client, 'lifetime_value', period),
  ].join('');
}

/** A report by its name, as `tributary report` shows it. */
async function insight(client: Client, name: string, period: Query): Promise<string> {
  const report = REPORTS.find((one) => one.name === name)!;
  return showReport(report, await client.get(report.path, period), 8);
}

function heading(n: number, text: string): string {
  return `\n━━ ${n}. ${text} ${'━'.repeat(Math.max(0, 72 - text.length))}\n`;
}

/**
 * The attribution of a typical email tool. The tool credits email with the full value of every order up to 7 days after an open
 * or a click. As a custom model, email touches get all the weight, and opens have the same window of 7 days as clicks.
 */
const CLAIM = 'email_claim';
const IS_EMAIL = ["channel = 'email'", ...EMAIL_TYPES.map((type) => `touchpoint_type = '${type}'`)].join(' or ');
const CLAIM_WEIGHT = `case when ${IS_EMAIL} then 1 else 0 end`;

function asEmailTool(reports: ReportContext): ReportContext {
  return {
    ...reports,
    settings: (brand_id) => {
      const own = reports.settings(brand_id);
      return {
        ...own,
        windows: { ...own.windows, view_days: 7 },
        custom_models: { ...own.custom_models, [CLAIM]: CLAIM_WEIGHT },
      };
    },
  };
}

/** What email earns, and what it would earn where people who denied measurement do not count. The demo itself asks for no consent. */
async function consentBound(reports: ReportContext, { start, end }: Period): Promise<string> {
  const consent = consentPolicy(undefined, { measurement: 'opt_out', after_withdrawal: 'hide_all' })!;
  const strict: ReportContext = { ...reports, settings: (brand_id) => ({ ...reports.settings(brand_id), consent }) };
  const period = { start, end, currency: 'USD', conversion_type: 'purchase' };
  const asked = { ...period, model: 'linear', group_by: 'channel', consent_bounds: 'true' } as const;
  const { consent_bounds } = (await attributionReport(strict, asked, { key_brand_id: null })) as Json;
  const if_strict = 'Consent bound: if the touches of people who denied measurement do not count, linear';
  const email = consent_bounds.groups.find(({ channel }: Json) => channel === 'email');
  if (email === undefined) return `\n${if_strict} gives email as much as before (consent_bounds=true).\n`;
  const [observed, possible] = [email.observed_revenue, email.possible_revenue].map(moneyText);
  return `\n${if_strict} gives email ${observed} USD instead of ${possible} (consent_bounds=true).\n`;
}

interface Period extends Query {
  start: string;
  end: string;
}

async function emailClaims(reports: ReportContext, models: Json, period: Period, truth: Truth): Promise<string> {
  const claim = async (include_machine: 'true' | 'false'): Promise<Json> => {
    const parameters = {
      start: period.start,
      end: period.end,
      currency: 'USD',
      model: CLAIM,
      group_by: 'channel',
      conversion_type: 'purchase',
      include_machine,
    };
    return (await attributionReport(asEmailTool(reports), parameters, { key_brand_id: null })).summary;
  };
  const [machines, people] = [await claim('true'), await claim('false')];
  const own = (model: string): string[] => {
    const { summary, email_attribution } = models.models[model];
    const credited = email_attribution.reduce((sum: number, row: Json) => sum + row.credited_conversions, 0);
    return [number(credited, 1), money(summary.email_attributed_revenue_micros)];
  };
  const caused = ['email_click', 'email_read'].reduce((sum, cause) => sum + (truth.caused[cause]?.orders ?? 0), 0);
  const columns: TextColumn[] = [
    { name: '' },
    { name: 'orders', right: true },
    { name: 'net revenue USD', right: true },
  ];
  const rows = [
    [
      'email tool: any open or click in 7 days, machines too',
      number(machines.email_conversions),
      money(machines.email_attributed_revenue_micros),
    ],
    [
      'the same, opens and clicks by people only',
      number(people.email_conversions),
      money(people.email_attributed_revenue_micros),
    ],
    ['last touch', ...own('last_touch')],
    ['linear', ...own('linear')],
    ['first touch', ...own('first_touch')],
    ...(models.models.algorithmic_incremental
      ? [['algorithmic, incremental: the part that email added, as estimated', ...own('algorithmic_incremental')]]
      : []),
    ['true effect: orders that email caused in the simulation', number(caused), '–'],
  ];
  return `\n${textTable(columns, rows)}`;
}

/** The purchase with the most channels among its 4 to 12 touches of 7 days. Among equals, one with a machine touch comes first. */
async function exampleOrder(
  { warehouse }: Tributary,
  { start, end }: { start: string; end: string },
): Promise<string | undefined> {
  const rows = await warehouse.read((snapshot) =>
    snapshot.query(
      `select c.conversion_id as conversion_id, count(distinct t.channel) as channels, count_where(t.verdict = 'machine') as machines, count(*) as touches
       from conversions c join touchpoints t on t.subject_key = c.subject_key and t.brand_id = c.brand_id
       where epoch_ms(t.occurred_at) <= epoch_ms(c.occurred_at) and epoch_ms(t.occurred_at) > epoch_ms(c.occurred_at) - 604800000
         and epoch_ms(c.occurred_at) >= $start and epoch_ms(c.occurred_at) < $end and c.conversion_type = 'purchase' and c.conversion_value_micros > 0
       group by c.conversion_id having count(*) between 4 and 12 and count_where(t.touchpoint_type = 'email_click' and t.verdict <> 'machine') > 0
       order by channels desc, case when count_where(t.verdict = 'machine') > 0 then 0 else 1 end, touches, conversion_id limit 1`,
      { start: Date.parse(start), end: Date.parse(end) },
    ),
  );
  return rows[0]?.['conversion_id'] as string | undefined;
}
