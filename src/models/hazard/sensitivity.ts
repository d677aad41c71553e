/**
 * How strong an unseen cause must be to explain a claim away. Source: VanderWeele and Ding, Sensitivity analysis in observational
 * research: introducing the E-value, Annals of Internal Medicine 167, 2017.
 */

/**
 * The E-value of a claim that this part of orders with touches would be missing without these touches: the rate ratio is 1 / (1 - part). An unseen cause that
 * makes people this many times as likely both to be touched and to order could explain the claim alone. 1 for no claim.
 * @param part of the orders that had touches. Null for a claim of all of them, which no finite ratio explains.
 */
export function eValue(part: number): number | null {
  if (!(part > 0)) return 1;
  if (part >= 1) return null;
  const ratio = 1 / (1 - part);
  return ratio + Math.sqrt(ratio * (ratio - 1));
}
