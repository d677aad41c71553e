/** What a template can ask for by name. docs/destinations/custom.md lists it. */
import { amount, amountChange } from '../amounts.ts';
import {
  type ConversionMessage,
  IDENTIFIERS,
  type Message,
  type MessageTouch,
  type OrderState,
  type ProfileMessage,
} from '../message.ts';
import { emailOf } from '../order.ts';

type Values<M> = Readonly<Record<string, (message: M) => unknown>>;

/** The amounts of a state, by their name without `_micros`. */
const AMOUNTS = ['net', 'email_credit', 'credited'] as const;

const COMMON: Values<Message> = {
  kind: ({ kind }) => kind,
  message_id: ({ message_id }) => message_id,
  revision: ({ revision }) => revision,
  brand_id: ({ brand_id }) => brand_id,
  currency: ({ currency }) => currency,
  customer_id: ({ customer_id }) => customer_id,
};

const CONVERSION: Values<ConversionMessage> = {
  ...COMMON,
  conversion_id: ({ conversion_id }) => conversion_id,
  order_id: ({ order_id }) => order_id,
  conversion_type: ({ conversion_type }) => conversion_type,
  occurred_at: ({ occurred_at }) => occurred_at,
  value: ({ value_micros, currency }) => amount(value_micros, currency),
  value_micros: ({ value_micros }) => value_micros,
  anonymous_id: ({ anonymous_id }) => anonymous_id,
  session_id: ({ session_id }) => session_id,
  product_ids: ({ product_ids }) => product_ids,
  quantity: ({ quantity }) => quantity,
  category: ({ category }) => category,
  segments: ({ segments }) => segments,
  attribution_model: ({ attribution_model }) => attribution_model,
  email_campaign_id: (message) => emailOf(message)?.campaign_id ?? null,
  email_id: (message) => emailOf(message)?.email_id ?? null,
  is_correction: ({ correction }) => correction !== null,
  'correction.parts': ({ correction }) => correction?.parts ?? null,
  'state.unattributed_reason': ({ state }) => state.unattributed_reason,
  'state.journey_length_days': ({ state }) => state.journey_length_days,
  'state.touchpoint_count': ({ state }) => state.touchpoint_count,
  'state.credits': ({ state, currency }) =>
    state.credits.map((one) => ({ ...one, credit: amount(one.credit_micros, currency) })),
  ...touchValues('first_touch'),
  ...touchValues('last_touch'),
  ...amountValues(),
  ...Object.fromEntries(
    IDENTIFIERS.map((name) => [
      `identifiers.${name}`,
      (message: ConversionMessage) => message.identifiers[name] ?? null,
    ]),
  ),
};

const PROFILE: Values<ProfileMessage> = {
  ...COMMON,
  as_of: ({ as_of }) => as_of,
  total_conversions: ({ total_conversions }) => total_conversions,
  lifetime_value: ({ lifetime_value_micros, currency }) => amount(lifetime_value_micros, currency),
  lifetime_value_micros: ({ lifetime_value_micros }) => lifetime_value_micros,
  first_conversion_at: ({ first_conversion_at }) => first_conversion_at,
  last_conversion_at: ({ last_conversion_at }) => last_conversion_at,
  last_email_conversion_campaign: ({ last_email_conversion_campaign }) => last_email_conversion_campaign,
};

function touchValues(name: 'first_touch' | 'last_touch'): Values<ConversionMessage> {
  const fields: ReadonlyArray<keyof MessageTouch> = [
    'occurred_at',
    'touchpoint_type',
    'channel',
    'campaign_id',
    'email_id',
  ];
  return Object.fromEntries(
    fields.map((field) => [`state.${name}.${field}`, ({ state }: ConversionMessage) => state[name]?.[field] ?? null]),
  );
}

/** Each amount as it is, and by how much it changed since it was sent: all of it in the first message. */
function amountValues(): Values<ConversionMessage> {
  const before = ({ correction }: ConversionMessage, field: `${(typeof AMOUNTS)[number]}_micros`): string =>
    correction?.before[field] ?? '0';
  return Object.fromEntries(
    AMOUNTS.flatMap((name) => {
      const micros = `${name}_micros` as const satisfies keyof OrderState;
      return [
        [`state.${name}`, ({ state, currency }: ConversionMessage) => amount(state[micros], currency)],
        [`state.${micros}`, ({ state }: ConversionMessage) => state[micros]],
        [
          `difference.${name}`,
          (message: ConversionMessage) =>
            amountChange(before(message, micros), message.state[micros], message.currency),
        ],
        [
          `difference.${micros}`,
          (message: ConversionMessage) => String(BigInt(message.state[micros]) - BigInt(before(message, micros))),
        ],
      ] as const;
    }),
  );
}

const VALUES = { conversion: CONVERSION, profile: PROFILE } as const;

/** The names that a template of orders or of customers can have. */
export const placeholderNames = (kind: Message['kind']): string[] => Object.keys(VALUES[kind]);

/** The value of a placeholder that {@link placeholderNames} lists. */
export function placeholderValue(message: Message, name: string): unknown {
  return (VALUES[message.kind] as Values<Message>)[name]!(message);
}

/** Placeholders whose value is a list. They stand alone, because a list inside a text has no form. */
export const LISTS: readonly string[] = ['product_ids', 'segments', 'state.credits', 'correction.parts'];

/** Placeholders that a URL can have: ids of the order, and nothing that names a person, because URLs are written to logs. */
export const IN_URLS: readonly string[] = ['kind', 'message_id', 'revision', 'brand_id', 'conversion_id', 'order_id'];

/** Placeholders of a message that a header can have: those whose characters are all allowed there. */
export const IN_HEADERS: readonly string[] = ['kind', 'message_id', 'revision'];
