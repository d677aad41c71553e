/** The table of campaigns on a terminal. */

import { listed } from '../domain/text.ts';
import type { ReportJson } from '../reports/context.ts';
import { changeCells, changeColumns } from './changes.ts';
import { line } from './clip.ts';
import { consentLines } from './consent-bounds.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { SPEND_COLUMNS, spendCells } from './spend-columns.ts';
import { intervalText, moneyText, NOTHING, number, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

export function showCampaigns(report: ReportJson, limit: number): string {
  const campaigns = report['campaigns'] as Row[];
  const has_email = campaigns.some((row) => 'email_id' in row);
  const has_campaign = campaigns.length === 0 || campaigns.some((row) => 'campaign_id' in row);
  const names = [...(has_campaign ? ['campaign'] : []), ...(has_email ? ['email'] : []), 'kind'];
  const figures = [
    'delivered',
    'opened',
    'clicked',
    'unsubscribed',
    'touched',
    'credited',
    `revenue ${report['currency']}`,
  ];
  const columns = [
    ...names.map((name) => ({ name })),
    ...[...figures, 'per recipient', '90 %', 'above average'].map((name) => ({ name, right: true })),
    ...SPEND_COLUMNS,
    ...changeColumns(report),
  ];
  const cells = (row: Row): string[] => [
    number(row['delivered']),
    percent(row['recipient_open_rate']),
    percent(row['recipient_click_rate']),
    percent(row['unsubscribe_rate']),
    number(row['touched_conversions']),
    number(row['credited_conversions'], 2),
    moneyText(row['attributed_revenue']),
    moneyText(row['revenue_per_recipient']),
    intervalText(row['revenue_per_recipient_interval']),
    percent(row['revenue_per_recipient_above_average']),
    ...spendCells(row),
    ...changeCells(report, row, 'attributed_revenue'),
  ];
  const shown = campaigns.slice(0, limit);
  const lines = shown.map((row) => [
    ...(has_campaign ? [String(row['campaign_id'] ?? NOTHING)] : []),
    ...(has_email ? [String(row['email_id'] ?? NOTHING)] : []),
    String(row['campaign_kind'] ?? NOTHING),
    ...cells(row),
  ]);
  // An order that several campaigns touched is in the rows of all of them, so their counts have no sum.
  const totals = ['all campaigns', ...names.slice(1).map(() => ''), ...cells(report['totals'] as Row)];
  return (
    reportTitle('Campaigns', report) +
    textTable(columns, lines, [totals]) +
    more(campaigns.length, shown.length) +
    '\nopened and clicked: people, without machines, of those with a delivery; 90 %: the interval of the revenue per recipient;\nabove average: resamples in which it is above that of all campaigns together\n' +
    (has_campaign && !has_email ? notMet(campaigns) : '') +
    consentLines(report) +
    reportWarnings(report)
  );
}

/** An id as advertising platforms give them. */
const NUMBER = /^\d+$/;

/**
 * A line for a table in which campaigns with spend and without orders are numbers, and those with orders and without spend are names,
 * or the other way round: they may be the same. Emails have no spend of their own, so names beside names say nothing.
 */
function notMet(campaigns: readonly Row[]): string {
  const idOf = (row: Row): string => String(row['campaign_id']);
  const named = campaigns.filter((row) => row['campaign_id'] !== null);
  const costly = named.filter(
    (row) => BigInt((row['spend_micros'] as string | null) ?? 0) !== 0n && row['touched_conversions'] === 0,
  );
  const free = named.filter((row) => row['spend'] === null && row['touched_conversions'] !== 0);
  for (const is_number of [true, false]) {
    const costs = costly.map(idOf).filter((id) => NUMBER.test(id) === is_number);
    const links = free.map(idOf).filter((id) => NUMBER.test(id) !== is_number);
    if (costs.length > 0 && links.length > 0)
      return line`\nspend of ${listed(costs, 3)} met no touch of an order, and touches of ${listed(links, 3)} met no spend. If they are the same campaigns, links and costs name them differently (docs/import.md, "Campaigns that do not meet").\n`;
  }
  return '';
}
