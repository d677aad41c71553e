/** The effect of a blast and its controls, in sentences. */
import { MS_PER_HOUR } from '../../domain/time.ts';
import { ALPHA, LEAST } from './asked.ts';
import type { Control } from './compare.ts';
import type { Basis, Conclusion, Controlled, Estimate, Estimates } from './effects.ts';

const PER = 100;

const signed = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value * PER).toFixed(2)}`;
const range = ({ interval: { low, high } }: Estimate): string => `${signed(low)} to ${signed(high)}`;
const percent = (part: number): string => `${Math.round(part * 100)} %`;

/** What the card of a blast, or of several together, says. */
export function sentenceOf({
  basis,
  effect,
  controls,
  conclusion,
  window_ms,
}: {
  basis: Basis;
  effect: Estimates | null;
  controls: readonly Controlled[];
  conclusion: Conclusion;
  window_ms: number;
}): string {
  if (effect === null)
    return `Too few people or orders to compare: it needs ${LEAST.people} people on either side, and so many orders that ${LEAST.orders} would be of the smaller side by its share of the people. Waves that are sent further apart, or a shorter window, leave more people who were not sent yet; several blasts together may show more.`;
  const others =
    basis === 'random_order' ? 'those whom chance let wait or left out' : 'eligible people who were not sent';
  const found = `In ${window_ms / MS_PER_HOUR} hours, those who were sent the email placed ${signed(effect.orders.difference)} orders per 100 people compared with ${others} (${range(effect.orders)}, ${percent(1 - ALPHA)}).`;
  return [found, meaningOf(basis, conclusion), ...controls.flatMap((one) => leakOf(one, effect, basis))].join(' ');
}

function meaningOf(basis: Basis, conclusion: Conclusion): string {
  if (basis === 'random_order')
    return conclusion === 'no_difference_seen'
      ? 'Chance decided who was sent when. The interval holds 0, so no effect is certain.'
      : 'Chance decided who was sent when, so the email caused the difference.';
  const advice = 'A random order of sending would show the effect: tributary experiments order.';
  if (conclusion === 'controls_near_zero')
    return `This compares unlike people, and chance did not choose them. The controls are near zero, so little intent leaks, as far as they can show. ${advice}`;
  if (conclusion === 'intent_leaks')
    return `This compares unlike people: intent leaks into the difference, so it is not the effect of the email. ${advice}`;
  return `This compares unlike people, and the controls do not show that they are alike. ${advice}`;
}

/** The sentence on a control that is not near zero. */
function leakOf({ control, verdict, compared: { found } }: Controlled, effect: Estimates, basis: Basis): string[] {
  if (verdict !== 'leaks' || found === null) return [];
  const amount = `${signed(found.orders.difference)} orders per 100 people (${range(found.orders)})`;
  const part = found.orders.difference / effect.orders.difference;
  const share = part > 0 ? `, which is ${percent(part)} of the difference` : '';
  const texts: Record<Control, string> = {
    orders_before:
      basis === 'random_order'
        ? `Before the send the waves already differed by ${amount}: chance makes that once in ${1 / ALPHA} blasts; else the waves were not sent as they were drawn.`
        : `In the same time before the send they already differed by ${amount}${share}: so much intent leaks.`,
    bounced: `Those whose email bounced differed by ${amount}${share}, though nothing reached them: so much intent leaks.`,
    machine_only: `Those whose email only machines opened differed by ${amount}${share}: they differ from the others before any email, or they read it where only a machine was seen.`,
  };
  return [texts[control]];
}
