/** The columns about recipients of a table of campaigns: what each brings, and how sure that is. */
import type { CampaignRow } from '../api/reports.ts';
import { count, decimalMoney, NOTHING } from './figures.ts';
import type { Column } from './table.tsx';

export function recipientColumns(currency: string): ReadonlyArray<Column<CampaignRow>> {
  return [
    {
      name: 'Recipients',
      field: 'unique_recipients',
      meaning: 'People with a delivery',
      right: true,
      cell: (row) => count(row.unique_recipients),
      by: (row) => row.unique_recipients,
    },
    {
      name: 'Per recipient',
      field: 'revenue_per_recipient',
      meaning: 'Revenue divided by people with a delivery, and what it likely is (90 %)',
      right: true,
      cell: (row) => (
        <>
          {decimalMoney(row.revenue_per_recipient, currency)}
          <br />
          <span class="muted">{likely(row, currency)}</span>
        </>
      ),
      by: (row) => (row.revenue_per_recipient ? Number(row.revenue_per_recipient) : null),
    },
  ];
}

function likely({ revenue_per_recipient, revenue_per_recipient_interval: own }: CampaignRow, currency: string): string {
  if (own) return `likely ${decimalMoney(own.low, currency)} to ${decimalMoney(own.high, currency)}`;
  return revenue_per_recipient ? 'too little data' : NOTHING;
}
