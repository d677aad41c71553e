/** The list of presets. A file is asked of them in this order. */
import { badRequest } from '../../../domain/errors.ts';
import type { Preset } from './preset.ts';
import { SHOPIFY_ORDERS } from './shopify.ts';

export const PRESETS: readonly Preset[] = [SHOPIFY_ORDERS];

/** @throws bad_request if there is none of this name. */
export function presetNamed(name: string): Preset {
  const found = PRESETS.find((preset) => preset.name === name);
  if (found === undefined)
    throw badRequest('--preset', `${name} is not one of ${PRESETS.map((preset) => preset.name).join(', ')}`);
  return found;
}
