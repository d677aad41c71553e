/**
 * Contacts and deals of HubSpot, from the export of a view.
 *
 * - HubSpot knows a contact by its record id, email tools know it by its email. The export of contacts links the two, and a deal is of
 *   its first contact, so import both.
 * - `order_id` of a deal is `hubspot:` and its record id, which a webhook (`objectId`) carries as well. A deal has no number that
 *   customers know, and its bare record id could be the number of a shop's order.
 * - Times are those of the account's clock without a zone, so `--time-zone` is needed.
 */
import type { FieldPlan, ImportPlan } from '../plan.ts';
import { hasColumn, type Preset } from './preset.ts';

const ID = 'Record ID';
const LEAD_AT = 'Became a Lead Date|Became a lead date|Became a Lead date';
const ZONE_AT = 'Settings > Account Defaults > Time zone of HubSpot';

function contactsPlan(columns: readonly string[]): ImportPlan {
  const links: ImportPlan = {
    records: [
      {
        record: 'identity_links',
        by_name: false,
        where: [{ column: 'Email', op: '!=', values: [''] }],
        fields: {
          link_id: { from: `'hubspot contact'+${ID}+Email` },
          left_id: { from: 'Email' },
          right_id: { from: `'hubspot'+${ID}` },
          kind: { value: 'hubspot_contact' },
          occurred_at: { from: 'Create Date' },
        },
      },
    ],
  };
  if (!hasColumn(columns, LEAD_AT)) return links;
  return {
    records: [
      ...links.records,
      {
        record: 'conversions',
        by_name: false,
        where: [{ column: LEAD_AT, op: '!=', values: [''] }],
        fields: {
          conversion_id: { from: `'hubspot lead'+${ID}` },
          customer_id: { from: `Email|'hubspot'+${ID}` },
          conversion_type: { value: 'lead_generation' },
          conversion_value: { value: '0' },
          occurred_at: { from: LEAD_AT },
        },
      },
    ],
  };
}

export const HUBSPOT_CONTACTS: Preset = {
  name: 'hubspot_contacts',
  title: 'HubSpot contacts',
  columns: [ID, 'Email', 'First Name', 'Last Name', 'Create Date'],
  without: ['Deal Name'],
  plan: contactsPlan,
  notes: [
    'each contact with an email becomes a link between the email and the record id, by which deals name their contact',
    'with the column "Became a Lead Date", each contact that has one also becomes a conversion lead_generation of value 0',
  ],
  export_at: 'CRM > Contacts > Export > CSV, with all properties, in English',
  time_zone_at: ZONE_AT,
};

const IN_COMPANY_CURRENCY = 'Amount in company currency';

/** The amount that HubSpot itself adds up where the export has it, else the amount in the currency of the deal. */
function amountOf(columns: readonly string[]): Record<string, FieldPlan> {
  if (hasColumn(columns, IN_COMPANY_CURRENCY)) return { conversion_value: { from: IN_COMPANY_CURRENCY, default: '0' } };
  const value: FieldPlan = { from: 'Amount', default: '0' };
  return hasColumn(columns, 'Currency')
    ? { conversion_value: value, currency: { from: 'Currency' } }
    : { conversion_value: value };
}

export const HUBSPOT_DEALS: Preset = {
  name: 'hubspot_deals',
  title: 'HubSpot deals',
  columns: [ID, 'Deal Name', 'Deal Stage', 'Close Date', `${IN_COMPANY_CURRENCY}|Amount`],
  plan: (columns) => ({
    records: [
      {
        record: 'conversions',
        by_name: false,
        where: [
          {
            column: 'Is Closed Won|Is closed won|Deal Stage',
            op: 'in',
            values: ['true', 'TRUE', 'True', 'Closed Won', 'Closed won', 'closedwon', 'Closed Won (Sales Pipeline)'],
          },
        ],
        fields: {
          order_id: { from: `'hubspot'+${ID}` },
          conversion_id: { from: `'hubspot deal'+${ID}` },
          customer_id: {
            from: `'hubspot'+Associated Contact IDs[0]|'hubspot'+Associated Contact ID|'hubspot deal'+${ID}`,
          },
          conversion_type: { value: 'purchase' },
          ...amountOf(columns),
          occurred_at: { from: 'Close Date' },
        },
      },
    ],
  }),
  notes: [
    'deals count that are closed won: by the column "Is Closed Won" if it is there, else by the stage "Closed Won"',
    'a deal is of its first contact; import the contacts too, so that its record id is joined with its email. A deal without an amount counts with 0',
  ],
  export_at: 'CRM > Deals > Export > CSV, with all properties and the associated contacts, in English',
  time_zone_at: ZONE_AT,
  currency_at: 'Settings > Account Defaults > Currency of HubSpot',
};
