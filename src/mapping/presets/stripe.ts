/**
 * Payments of Stripe, from the list of payments or from the balance report. Both have amounts in units, not in cents.
 *
 * - `order_id` is the id of the payment intent (`pi_…`), which webhooks of sessions, charges, refunds and disputes all carry
 *   (`sources/stripe`), else that of the charge. `--map "order_id=order_id (metadata)"` takes the shop's own number where a payment has one.
 * - Refunds name the conversion, so they find their order also where an older export has no payment intents.
 * - The payments are in the currency that the customer paid, the balance report in the one that Stripe settles. A charge has the same
 *   `conversion_id` in both, so it counts once.
 */
import type { Condition, FieldPlan, ImportPlan, RecordPlan } from '../plan.ts';
import { hasColumn, type Preset, type Unusable } from './preset.ts';

const ID = 'id|ID';
const ORDER = 'PaymentIntent ID|id|ID';
const CREATED = 'Created (UTC)|Created date (UTC)';
const SHOP_TOO = 'import either the shop or its payments: the same order in both would count twice';

/** What Stripe writes into the payments of subscriptions, unless the shop writes a text of its own. */
const TYPES: Readonly<Record<string, string>> = {
  'Subscription creation': 'subscription',
  'Subscription update': 'renewal',
  '*': 'purchase',
};

const SUCCEEDED: Condition[] = [
  { column: 'Status', op: 'in', values: ['Paid', 'Refunded'] },
  { column: "Captured|'true'", op: 'in', values: ['true', 'TRUE', 'True'] },
  { column: "Mode|'Live'", op: 'in', values: ['Live', 'live'] },
];

function paymentLoss(where: Condition, amount: string, reason: string, name: string, at: string): RecordPlan {
  return {
    record: 'adjustments',
    by_name: false,
    where: [...SUCCEEDED, where],
    fields: {
      adjustment_id: { from: `'stripe'+id+'${name}'|'stripe'+ID+'${name}'` },
      conversion_id: { from: "'stripe'+id|'stripe'+ID" },
      amount: { from: amount, negate: true, optional: true },
      currency: { from: 'Currency' },
      reason: { value: reason },
      occurred_at: { from: `${at}|${CREATED}` },
    },
  };
}

export const STRIPE_PAYMENTS: Preset = {
  name: 'stripe_payments',
  title: 'Stripe payments',
  columns: [ID, CREATED, 'Amount', 'Amount Refunded', 'Currency', 'Status'],
  plan: {
    time_zone: 'UTC',
    records: [
      {
        record: 'conversions',
        by_name: false,
        where: SUCCEEDED,
        fields: {
          order_id: { from: ORDER },
          conversion_id: { from: "'stripe'+id|'stripe'+ID" },
          customer_id: {
            from: "Customer Email|customer_email (metadata)|Customer ID|'stripe guest'+id|'stripe guest'+ID",
          },
          conversion_type: { from: 'Description', values: TYPES, default: 'purchase', optional: true },
          conversion_value: { from: 'Amount' },
          currency: { from: 'Currency' },
          occurred_at: { from: CREATED },
          'custom_properties.invoice_id': { from: 'Invoice ID', optional: true },
        },
      },
      paymentLoss(
        { column: 'Amount Refunded', op: '>', values: ['0'] },
        'Amount Refunded',
        'refund',
        'refund',
        'Refunded date (UTC)',
      ),
      paymentLoss(
        { column: "Dispute Status|''", op: '=', values: ['lost'] },
        'Disputed Amount',
        'chargeback',
        'dispute',
        'Dispute Date (UTC)',
      ),
    ],
  },
  notes: [
    'payments with the description "Subscription creation" are of the type subscription, those with "Subscription update" are renewals',
    'payments count that are captured, also if they were refunded later; a dispute counts once it is lost, if the export has its columns',
    'a payment has one sum of its refunds: one that grows after an import is a conflict in the next one, which the report tells',
    SHOP_TOO,
  ],
  export_at: 'Transactions > Payments > Export > time zone UTC, all columns',
};

/**
 * What a category of the report does to an order. Money that comes back is a correction. All other categories (fees, payouts, transfers)
 * are no money of orders.
 */
const REASONS: Readonly<Record<string, string>> = {
  refund: 'refund',
  refund_failure: 'correction',
  dispute: 'chargeback',
  dispute_reversal: 'correction',
  charge_failure: 'cancellation',
  partial_capture_reversal: 'correction',
};

const BY_TRANSACTION = "'stripe'+balance_transaction_id";

/** Ids by category. Refunds and disputes have those of webhooks (`sources/stripe`), so one that came both ways counts once. */
const CHANGES: ReadonlyArray<{ categories: string[]; adjustment_id: string }> = [
  { categories: ['refund', 'dispute'], adjustment_id: `'stripe'+source_id|${BY_TRANSACTION}` },
  { categories: ['refund_failure'], adjustment_id: `'stripe'+source_id+'undone'|${BY_TRANSACTION}` },
  { categories: ['dispute_reversal'], adjustment_id: `'stripe'+source_id+'reinstated'|${BY_TRANSACTION}` },
  { categories: ['charge_failure', 'partial_capture_reversal'], adjustment_id: BY_TRANSACTION },
];

function balancePlan(columns: readonly string[]): ImportPlan {
  const occurred_at: FieldPlan = hasColumn(columns, 'created_utc')
    ? { from: 'created_utc', time_zone: 'UTC' }
    : { from: 'created' };
  return {
    records: [
      {
        record: 'conversions',
        by_name: false,
        where: [{ column: 'reporting_category', op: '=', values: ['charge'] }],
        fields: {
          order_id: { from: 'payment_intent_id|charge_id' },
          conversion_id: { from: "'stripe'+charge_id" },
          customer_id: { from: "customer_email|customer_id|'stripe guest'+charge_id" },
          conversion_type: { from: 'description', values: TYPES, default: 'purchase', optional: true },
          conversion_value: { from: 'gross' },
          currency: { from: 'currency' },
          occurred_at,
          'custom_properties.invoice_id': { from: 'invoice_id', optional: true },
        },
      },
      ...CHANGES.map(
        ({ categories, adjustment_id }): RecordPlan => ({
          record: 'adjustments',
          by_name: false,
          where: [{ column: 'reporting_category', op: 'in', values: categories }],
          fields: {
            adjustment_id: { from: adjustment_id },
            conversion_id: { from: "'stripe'+charge_id" },
            amount: { from: 'gross' },
            currency: { from: 'currency' },
            reason: { from: 'reporting_category', values: REASONS },
            occurred_at,
          },
        }),
      ),
    ],
  };
}

const BALANCE_AT = 'Reporting > Reports > Balance > Balance change from activity > Download > Itemized, all columns';

export const STRIPE_BALANCE: Preset = {
  name: 'stripe_balance',
  title: 'Stripe balance report',
  columns: ['balance_transaction_id', 'reporting_category', 'gross', 'currency', 'charge_id', 'created_utc|created'],
  plan: balancePlan,
  notes: [
    'charges, refunds, disputes and their reversals count with their gross amounts in the currency that Stripe settles; fees and payouts are left out',
    'import either this report or the payments, not both: a refund would count twice',
    SHOP_TOO,
  ],
  export_at: BALANCE_AT,
  time_zone_at: 'The choice of time zone above the report',
};

/** Without the charge, a refund or a dispute belongs to no order. */
export const STRIPE_WITHOUT_CHARGES: readonly Unusable[] = [
  {
    columns: ['balance_transaction_id', 'reporting_category', 'gross'],
    without: ['charge_id'],
    reason: `is the balance report of Stripe without the column charge_id, so its refunds belong to no order; export it again at ${BALANCE_AT}`,
  },
  {
    columns: [ID, 'Type', 'Source', 'Amount', 'Net', 'Created (UTC)|Created date (UTC)'],
    without: ['Amount Refunded'],
    reason: `is the list of all activity of Stripe's balance, whose refunds name no charge; export the report instead at ${BALANCE_AT}`,
  },
];
