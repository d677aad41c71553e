/** The list of presets. A file is asked of them in this order. */
import { badRequest } from '../../../domain/errors.ts';
import { HUBSPOT_CONTACTS, HUBSPOT_DEALS } from './hubspot.ts';
import type { Preset } from './preset.ts';
import { SHOPIFY_ORDERS } from './shopify.ts';
import { STRIPE_BALANCE, STRIPE_PAYMENTS } from './stripe.ts';
import { WOOCOMMERCE_ANALYTICS, WOOCOMMERCE_ORDERS } from './woocommerce.ts';

export const PRESETS: readonly Preset[] = [
  SHOPIFY_ORDERS,
  WOOCOMMERCE_ORDERS,
  WOOCOMMERCE_ANALYTICS,
  STRIPE_PAYMENTS,
  STRIPE_BALANCE,
  HUBSPOT_CONTACTS,
  HUBSPOT_DEALS,
];

/** @throws bad_request if there is none of this name. */
export function presetNamed(name: string): Preset {
  const found = PRESETS.find((preset) => preset.name === name);
  if (found === undefined)
    throw badRequest('--preset', `${name} is not one of ${PRESETS.map((preset) => preset.name).join(', ')}`);
  return found;
}
