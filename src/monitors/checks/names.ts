/** The checks, and what each asks. */

export const CHECKS = [
  'anomaly',
  'freshness',
  'schema_drift',
  'duplicates',
  'clock_skew',
  'late_records',
  'not_stored',
  'unmatched_orders',
  'refunds_without_orders',
  'bot_share',
  'unknown_campaigns',
  'spend_without_touches',
  'advice_rule',
  'audit_chain',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** What a person does first. */
export const NEXT_STEPS: Readonly<Record<CheckName, string>> = {
  anomaly:
    'Look whether the program that sends these records runs, and whether its key still works (Live, and tributary doctor). If it was planned, such as a holiday or a sale, nothing is to be done; name the day under monitors.unusual_days next time.',
  freshness:
    'Look whether the program that sends these records runs and reaches this server. tributary doctor says if records wait here.',
  schema_drift:
    'Ask who runs the sender what changed. If the field or value is meant, nothing is to be done; if it went by mistake, correct the sender and send the records again.',
  duplicates:
    'A sender uses one id for different things. GET /v1/conflicts shows which; the first record of an id counts.',
  clock_skew: 'The clock of a sender is fast. Set it by NTP, or send sent_at with each record, which corrects it.',
  late_records:
    'A sender holds records back, or sends in batches. Reports count them once they arrive; look at its queue.',
  not_stored: 'Some records were accepted and do not fit their table. tributary doctor shows them and can replay them.',
  unmatched_orders:
    'Orders come with ids that no touch has. Check that shop and website send the same customer_id or anonymous_id, and that the script runs at the checkout.',
  refunds_without_orders:
    'Refunds name orders that are not known. Check their order_id or conversion_id, and whether older orders were imported.',
  bot_share:
    'More opens or clicks are by machines than usual. They earn no credit. Data quality names the reasons; a new scanner at large mailbox providers is a usual cause.',
  unknown_campaigns:
    'Touches name campaigns that were never sent. Check the spelling of campaign_id and utm_campaign in the links.',
  spend_without_touches:
    'Spend names campaigns that no touch has. Check that the links of these ads carry the same campaign in utm_campaign or utm_id.',
  advice_rule:
    'A channel or campaign surely brings less than the rule asks for. tributary advice shows the response to its spend, and what other spend would change.',
  audit_chain:
    'Entries of the audit log were changed or removed. Keep a copy of the state as it is, run tributary audit verify, and find out who could write there.',
};
