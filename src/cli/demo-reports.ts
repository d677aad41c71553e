/** Three reports of the demo. They show why attribution needs care, on simulated data with known effects. */
import { RULE_MODEL_NAMES } from '../attribution/models.ts';
import { EMAIL_TYPES } from '../domain/touchpoint.ts';
import { showAttribution } from '../present/attribution.ts';
import { showReceipt } from '../present/receipt.ts';
import { money, number, type TextColumn, textTable } from '../present/table.ts';
import { attributionReport } from '../reports/attribution.ts';
import type { ReportContext } from '../reports/context.ts';
import type { Truth } from '../simulation/world.ts';
import type { Tributary } from '../tributary.ts';
import type { Client, Json, Query } from './client.ts';

/** Fits the models that learn. Returns those that passed their gate, which reports may use. */
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
  const conversion_id = await telltaleOrder(tributary, period);
  const receipt =
    conversion_id === undefined
      ? undefined
      : await client.get(`/v1/conversions/${encodeURIComponent(conversion_id)}/receipt`, {
          currency: 'USD',
          model: 'linear',
        });
  return [
    heading(1, `The same orders under ${Object.keys(models.models).length} models`),
    showAttribution(models, 20),
    heading(2, 'What email is said to earn, and what it caused'),
    await emailClaims(tributary.reports, models, period, truth),
    heading(3, 'One order in full: every touch, and why it earned what it earned'),
    receipt === undefined ? 'no order has a path that is worth showing\n' : showReceipt(receipt, 20),
  ].join('');
}

function heading(n: number, text: string): string {
  return `\n━━ ${n}. ${text} ${'━'.repeat(Math.max(0, 72 - text.length))}\n`;
}

/**
 * The claim of a typical email tool: it credits itself with the full value of every order within days of any open or click. As
 * a custom model this is all weight on email touches, with a window of 7 days also for opens.
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

async function emailClaims(reports: ReportContext, models: Json, period: Query, truth: Truth): Promise<string> {
  const claim = async (include_machine: 'true' | 'false'): Promise<Json> => {
    const parameters = {
      start: period['start']!,
      end: period['end']!,
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
      ? [
          [
            'algorithmic, incremental: what it learned from those who did not order, too',
            ...own('algorithmic_incremental'),
          ],
        ]
      : []),
    ['what email really caused, as the simulation knows', number(caused), '–'],
  ];
  return `\n${textTable(columns, rows)}`;
}

/** The order with the most channels among its credited touches. Its path is short enough to read. */
async function telltaleOrder(
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
