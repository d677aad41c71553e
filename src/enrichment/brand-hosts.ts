/** The hosts that the settings of a brand name. */
import { badRequest } from '../domain/errors.ts';
import { hostOf } from './url.ts';

/** An entry holds for the host and for all hosts below it. */
export interface BrandHosts {
  /** Hosts that are the brand's own site, beside those of its pages. */
  own_domains: readonly string[];
  /** Pages where buyers pay, beside the listed ones. */
  payment_hosts: readonly string[];
}

/** The hosts of a brand: what is left out comes from `base`. @throws bad_request naming the setting. */
export function brandHostsOf(
  where: string,
  own: { [N in keyof BrandHosts]?: readonly string[] },
  base: BrandHosts = { own_domains: [], payment_hosts: [] },
): BrandHosts {
  const list = (name: keyof BrandHosts): readonly string[] =>
    own[name] === undefined ? base[name] : hostList(`${where}.${name}`, own[name]);
  return { own_domains: list('own_domains'), payment_hosts: list('payment_hosts') };
}

/** Reads hosts as people write them: a URL, `*.pay.example` or `Pay.example`. @throws bad_request naming the setting. */
export function hostList(where: string, hosts: readonly string[]): string[] {
  return hosts.map((text) => {
    const host = hostOf(text.trim().replace(/^\*\./, ''));
    if (host === null || host.includes('://'))
      throw badRequest(
        `config.${where}`,
        `${JSON.stringify(text.slice(0, 100))} is not a host; write it such as pay.example.com, which holds for the hosts below it, too`,
      );
    return host;
  });
}
