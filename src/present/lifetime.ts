/** The reports on cohorts and lifetime value on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { withChange } from './changes.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, number, pairs, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

const right = (names: readonly string[]) => names.map((name, i) => ({ name, right: i > 0 }));
const between = (interval: unknown, text: (value: unknown) => string): string => {
  const { low, high } = interval as Row;
  return low === null ? NOTHING : `${text(low)} to ${text(high)}`;
};
const nameOf = ({ cohort }: Row): string => String(cohort ?? NOTHING);

function totals({ totals: own, currency, observed_until }: ReportJson): string {
  const row = own as Row;
  return pairs([
    ['customers', withChange(number(row['customers']), row, 'customers')],
    ['with a second order', withChange(number(row['repeat_customers']), row, 'repeat_customers')],
    ['orders', withChange(number(row['orders']), row, 'orders')],
    [`net revenue ${currency}`, withChange(moneyText(row['net_revenue']), row, 'net_revenue')],
    [
      `revenue per customer ${currency}`,
      withChange(moneyText(row['revenue_per_customer']), row, 'revenue_per_customer'),
    ],
    ['last order in the log', String(observed_until ?? NOTHING)],
  ]);
}

export function showCohorts(report: ReportJson, limit: number): string {
  const cohorts = report['cohorts'] as Row[];
  const ages = report['ages'] as Row[];
  const repeats = report['repeat_orders'] as Row[];
  const shown = cohorts.slice(0, limit);
  return [
    reportTitle(`Cohorts by ${report['by']}`, report),
    totals(report),
    '\nCustomers who ordered again, by days since the first order (ages of 30 days)\n',
    triangle(shown, ages, 'retention_rate', percent),
    line`\nNet revenue per customer so far, ${report['currency']}\n`,
    triangle(shown, ages, 'revenue_per_customer', moneyText),
    '\nCustomers with a second order within so many days\n',
    secondOrders(shown, repeats),
    more(cohorts.length, shown.length),
    reportWarnings(report),
  ].join('');
}

/** So many ages fit a terminal. */
const AGES_SHOWN = 7;

/** One line a cohort, one column an age. */
function triangle(
  cohorts: readonly Row[],
  ages: readonly Row[],
  field: string,
  text: (value: unknown) => string,
): string {
  const columns = Math.min(AGES_SHOWN, Math.max(1, ...ages.map(({ age }) => Number(age) + 1)));
  const names = Array.from({ length: columns }, (_, age) => `to day ${(age + 1) * 30}`);
  return textTable(
    right(['cohort', 'customers', ...names]),
    cohorts.map((row) => {
      const own = ages.filter(({ cohort }) => cohort === row['cohort']);
      return [nameOf(row), number(row['customers']), ...names.map((_, age) => text(own[age]?.[field]))];
    }),
  );
}

function secondOrders(cohorts: readonly Row[], repeats: readonly Row[]): string {
  const days = [...new Set(repeats.map(({ within_days }) => Number(within_days)))];
  return textTable(
    right(['cohort', ...days.map((within) => `${within} days`)]),
    cohorts.map((row) => {
      const own = repeats.filter(({ cohort }) => cohort === row['cohort']);
      return [nameOf(row), ...own.map(({ repeat_rate }) => percent(repeat_rate))];
    }),
  );
}

export function showLifetimeValue(report: ReportJson, limit: number): string {
  const cohorts = report['cohorts'] as Row[];
  const shown = cohorts.slice(0, limit);
  return [
    reportTitle(`Lifetime value by ${report['by']}`, report),
    totals(report),
    '\n',
    textTable(
      right([
        'cohort',
        'customers',
        'net revenue',
        'per customer',
        `next ${report['horizon_days']} days`,
        'per customer',
        '90 % interval',
      ]),
      shown.map((row) => [
        nameOf(row),
        number(row['customers']),
        moneyText(row['net_revenue']),
        moneyText(row['revenue_per_customer']),
        moneyText(row['predicted_revenue']),
        moneyText(row['predicted_revenue_per_customer']),
        between(row['predicted_revenue_per_customer_interval'], moneyText),
      ]),
    ),
    more(cohorts.length, shown.length),
    prediction(report),
    '\nCustomers by what they brought\n',
    quantiles(report['quantiles'] as Row[]),
    '\n',
    email(report['email'] as Row),
    reportWarnings(report),
  ].join('');
}

function prediction({ prediction: own, holdout, currency }: ReportJson): string {
  const row = own as Row;
  if (row['refused'] !== null) return line`\nno forecast: it ${row['refused']}\n`;
  const held = holdout as Row | null;
  const tested: Array<[string, string]> =
    held === null || held['refused'] !== null
      ? [['tested on earlier days', String(held?.['refused'] ?? NOTHING)]]
      : [
          [`tested on ${held['from']} to ${held['until']}`, `in fact ${moneyText(held['net_revenue'])}`],
          ['forecast', `${moneyText(held['predicted_revenue'])}, error ${percent(held['predicted_error'])}`],
          ["last year's average", `${moneyText(held['naive_revenue'])}, error ${percent(held['naive_error'])}`],
        ];
  return (
    '\n' +
    pairs([
      [`forecast to ${row['until']} ${currency}`, moneyText(row['predicted_revenue'])],
      ['90 % interval', between(row['predicted_revenue_interval'], moneyText)],
      ['customers still active', number(row['predicted_active_customers'])],
      ...tested,
    ])
  );
}

function quantiles(rows: readonly Row[]): string {
  return textTable(
    right(['part', 'customers', 'net revenue', 'share', 'per customer', 'from', 'to']),
    rows.map((row) => [
      String(row['quantile']),
      number(row['customers']),
      moneyText(row['net_revenue']),
      percent(row['share_of_revenue']),
      moneyText(row['revenue_per_customer']),
      moneyText(row['lowest_value']),
      moneyText(row['highest_value']),
    ]),
  );
}

function email({ by_credit, by_influence }: Row): string {
  const [credit, influence] = [by_credit as Row, by_influence as Row];
  return pairs([
    [`email by credit, ${credit['attribution_model']}`, moneyText(credit['credited_revenue'])],
    ['share of net revenue', percent(credit['share_of_revenue'])],
    ['orders with an email before them', number(influence['influenced_orders'])],
    ['their net revenue', moneyText(influence['influenced_revenue'])],
    ['share of net revenue', percent(influence['share_of_revenue'])],
  ]);
}
