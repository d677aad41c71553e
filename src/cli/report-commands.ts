/** `report …` and `receipt`: questions to the log, answered as a table, JSON or CSV. */

import type { Command } from 'commander';
import { FITTED_MODEL_NAMES, RULE_MODEL_NAMES } from '../attribution/models.ts';
import { showAttribution } from '../present/attribution.ts';
import { showCampaign } from '../present/campaign.ts';
import { showCustomer } from '../present/customer.ts';
import { showJourneys } from '../present/journeys.ts';
import { showModels } from '../present/models.ts';
import { showReceipt } from '../present/receipt.ts';
import type { Query } from './client.ts';
import type { DataOptions } from './connect.ts';
import { ask } from './connect.ts';
import { type Context, type FormatFlags, mustExist, print, type Show, whole, withData } from './options.ts';

/** Flags of every report that attributes; each is a parameter of the HTTP API. */
export interface AttributionFlags extends DataOptions {
  start?: string;
  end?: string;
  model?: string;
  models?: string;
  artifact?: string;
  brand?: string;
  asOf?: string;
  currency?: string;
  conversionType?: string;
  collapse?: string;
  adjustments?: string;
  lookback?: string;
  excludeDirect?: boolean;
  includeMachine?: boolean;
  groupBy?: string;
  draws?: string;
  seed?: string;
}

type ReportFlags = AttributionFlags & FormatFlags;

const FLAGS = {
  start: [
    '--start <day>',
    'first day (YYYY-MM-DD in the brand’s zone) or instant; 30 days before the end when left out',
  ],
  end: ['--end <day>', 'the day or instant after the last one; tomorrow when left out'],
  model: ['--model <name>', `${[...RULE_MODEL_NAMES, ...FITTED_MODEL_NAMES].join(', ')}, or one of the configuration`],
  models: ['--models <names>', 'several models side by side, separated by commas'],
  artifact: ['--artifact <ids>', 'fitted artifacts to use; the newest that passed its gate when left out'],
  brand: ['--brand <id>', 'one brand; all when left out'],
  asOf: ['--as-of <position>', 'the as_of of an earlier report, or an instant'],
  currency: ['--currency <code>', 'the currency of the report'],
  conversionType: ['--conversion-type <types>', 'only these, separated by commas'],
  collapse: ['--collapse <how>', 'what one touch is: interaction or none'],
  adjustments: ['--adjustments <day>', 'the day of a refund: order_day or own_day'],
  lookback: ['--lookback <how>', 'full or since_previous_conversion'],
  excludeDirect: ['--exclude-direct', 'leave direct visits out'],
  includeMachine: ['--include-machine', 'let machine traffic earn credit'],
} as const satisfies Partial<Record<keyof AttributionFlags, readonly [string, string]>>;
type Flag = keyof typeof FLAGS;

/** Adds the flags of reports that attribute, but those that this one does not know. */
export function withAttribution(command: Command, without: readonly Flag[] = []): Command {
  for (const [name, [form, text]] of Object.entries(FLAGS))
    if (!without.includes(name as Flag)) command.option(form, text);
  return command;
}

/** What only makes sense over a period. */
const PERIOD: readonly Flag[] = ['start', 'end', 'conversionType', 'adjustments'];
/** A person is described by one model, in the brand's own way. */
const RULES: readonly Flag[] = ['models', 'artifact', 'collapse', 'lookback', 'excludeDirect', 'includeMachine'];

function withFormat(command: Command): Command {
  return command
    .option('--json', 'the exact report as JSON')
    .option('--csv', 'its main table as CSV')
    .option('--limit <rows>', 'rows of a table on the terminal; 0 is all', whole(0, 1_000_000), 25);
}

export function addReportCommands(program: Command, context: Context): void {
  const { io } = context;
  const report = program.command('report').description('What channels, campaigns and emails earned');
  const add = (parent: Command, name: string, description: string, without: readonly Flag[] = []): Command =>
    withData(withFormat(withAttribution(parent.command(name).description(description), without)), io);

  add(report, 'attribution', 'revenue by group, under one model or several')
    .option(
      '--group-by <keys>',
      'channel, campaign_id, email_id, touchpoint_type, utm_source, …, device_type, country, brand, day, week, month',
    )
    .action((flags: ReportFlags) => answer(context, '/v1/reports/attribution', flags, showAttribution));
  add(report, 'journeys', 'how long and how varied the way to an order is').action((flags: ReportFlags) =>
    answer(context, '/v1/reports/journeys', flags, showJourneys),
  );
  add(report, 'models', 'models side by side, with intervals, and why they disagree', ['model'])
    .option('--group-by <key>', 'channel or campaign_id')
    .option('--draws <n>', 'bootstrap draws for the intervals')
    .option('--seed <n>', 'of the draws')
    .action((flags: ReportFlags) => answer(context, '/v1/reports/models', flags, showModels));
  add(report, 'campaign', 'sends, opens, clicks and what one campaign earned', ['models'])
    .argument('<campaign_id>')
    .action((id: string, flags: ReportFlags) =>
      answer(context, `/v1/reports/campaigns/${encodeURIComponent(id)}`, flags, showCampaign),
    );
  add(report, 'customer', 'one person: ids, journeys, orders', [...PERIOD, ...RULES])
    .argument('<customer_id>')
    .action((id: string, flags: ReportFlags) =>
      answer(context, `/v1/customers/${encodeURIComponent(id)}`, flags, showCustomer),
    );
  add(program, 'receipt', 'why each touch of one conversion got what it got', PERIOD)
    .argument('<conversion_id>')
    .action((id: string, flags: ReportFlags) =>
      answer(context, `/v1/conversions/${encodeURIComponent(id)}/receipt`, flags, showReceipt),
    );
}

/** Flags as parameters of the HTTP API. */
export function attributionQuery(flags: AttributionFlags): Query {
  const { start, end, model, models, artifact, currency, collapse, adjustments, lookback, draws, seed } = flags;
  return {
    start,
    end,
    model,
    models,
    artifact,
    draws,
    seed,
    group_by: flags.groupBy,
    brand_id: flags.brand,
    as_of: flags.asOf,
    currency,
    conversion_type: flags.conversionType,
    collapse,
    adjustments,
    lookback,
    exclude_direct: flags.excludeDirect ? 'true' : undefined,
    include_machine: flags.includeMachine ? 'true' : undefined,
  };
}

async function answer(context: Context, path: string, flags: ReportFlags, show: Show): Promise<void> {
  const { io, open } = context;
  mustExist(flags.data);
  const report = await ask(io, open, flags, path, attributionQuery(flags));
  print(io, report, flags, show);
}
