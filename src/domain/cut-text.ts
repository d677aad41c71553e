/** Cuts a text that is too long for its field. */

/** A longer parameter of a URL that is too long is left out. The labels of a campaign are shorter. */
const MAX_PARAMETER_LENGTH = 1_000;
const HAS_PARAMETERS = /^(?:[a-z][a-z0-9+.-]*:|\/)[^?#]*[?#]/i;
const PART = /[?&#]?[^?&#]*/g;

/**
 * At most `max_length` characters of a text. Of a URL whole parameters stay, since half a parameter may be another campaign: first
 * those that are very long are left out, then all that do not fit.
 */
export function cutText(text: string, max_length: number): string {
  if (!HAS_PARAMETERS.test(text)) return cut(text, max_length);
  const [page = '', ...parameters] = text.match(PART)!;
  let kept = cut(page, max_length / 2);
  let next_sign: string | undefined;
  for (const parameter of parameters) {
    const [sign = '', rest] = [parameter[0], parameter.slice(1)];
    if (sign !== '&') next_sign = sign;
    if (parameter.length > MAX_PARAMETER_LENGTH || kept.length + parameter.length > max_length) continue;
    // The sign of a parameter that was left out stands before the next one.
    kept += (next_sign ?? '&') + rest;
    next_sign = undefined;
  }
  return kept;
}

function cut(text: string, max_length: number): string {
  const part = text.slice(0, max_length);
  return part.isWellFormed() ? part : part.slice(0, -1);
}
