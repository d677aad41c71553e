/** Addresses of pages, cut to what may be sent. They are cut as text, so that what stays is as the page wrote it. */

/** Parameters that say which link or ad brought the visitor. */
const OF_ARRIVAL = /^(?:utm|mc|hsa|gad)_|^_(?:kx|hsenc|hsmi)$|cl(?:ick|k)?id$|braid$/i;

/** An address without the parameters whose names `drops` accepts. */
export function without(address: string, drops: (name: string) => boolean): string {
  const [, path, query, fragment] = /^([^?#]*)\??([^#]*)(.*)$/.exec(address)!;
  const kept = query!.split('&').filter((pair) => pair !== '' && !drops(pair.split('=', 1)[0]!));
  return path! + (kept.length > 0 ? '?' : '') + kept.join('&') + fragment!;
}

/** The value of a parameter, as the address has it; undefined if there is none. */
export function parameter(name: string): string | undefined {
  const start = `${name}=`;
  const pair = location.search
    .slice(1)
    .split('&')
    .find((one) => one === name || one.startsWith(start));
  return pair?.slice(start.length);
}

/** The address of the page that is shown. A fragment may hold secrets, so one without campaign labels is left out. */
export function here(is_private: boolean): string {
  const whole = location.href;
  const address = whole.includes('#') && (is_private || !/#.*utm_/.test(whole)) ? whole.split('#', 1)[0]! : whole;
  return is_private ? without(address, (name) => !name.startsWith('utm_')) : address;
}

/** The same without what says how the visitor came: this page view is no arrival. */
export function hereAgain(is_private: boolean): string {
  return without(here(is_private).split('#', 1)[0]!, (name) => OF_ARRIVAL.test(name));
}
