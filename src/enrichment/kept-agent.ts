/**
 * A user agent in short: the kind of software, family and major version, device and system. It holds all that enrichment reads of a user
 * agent, so that verdicts and devices are the same as from the whole.
 */
import type { Agent, AgentKind } from './mail-clients.ts';

export type RequestAgent = Readonly<Agent>;

const BEGIN = 'short-agent/1';
const FORM =
  /^short-agent\/1 kind=(\w+) device=([\w-]*) browser=([\w-]*) os=([\w-]*) chrome=(\d{1,4}) version=\d{0,4}(?: hash=[0-9a-f]+)?$/;
/** The version of a family that is not built on Chrome. */
const VERSION = /(?:Firefox|FxiOS|Version|Thunderbird|Outlook)[/ ](\d{1,4})/;

export const isKeptAgent = (text: string): boolean => text.startsWith(`${BEGIN} `) && FORM.test(text);

/** @param hash stands for the whole text; null for none. */
export function keptAgent(
  text: string,
  { kind, device_type, browser, os, chrome_major }: RequestAgent,
  hash: string | null,
): string {
  const version = chrome_major > 0 ? String(chrome_major) : (VERSION.exec(text)?.[1] ?? '');
  const parts = [`kind=${kind}`, `device=${device_type ?? ''}`, `browser=${browser ?? ''}`, `os=${os ?? ''}`];
  return `${BEGIN} ${parts.join(' ')} chrome=${chrome_major} version=${version}${hash === null ? '' : ` hash=${hash}`}`;
}

/** The agent of a short form; null for other texts. */
export function readKeptAgent(text: string): Agent | null {
  if (!text.startsWith(`${BEGIN} `)) return null;
  const [, kind, device_type, browser, os, chrome_major] = FORM.exec(text) ?? [];
  if (kind === undefined) return null;
  return {
    kind: kind as AgentKind,
    device_type: device_type || null,
    browser: browser || null,
    os: os || null,
    chrome_major: Number(chrome_major),
  };
}
