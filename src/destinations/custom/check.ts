/** Finds what is wrong with a template when the program starts, and not when the first order comes. */
import { urlProblem } from '../../network/urls.ts';
import type { DestinationOptions, RequestTemplate } from '../destination.ts';
import type { Message } from '../message.ts';
import { IN_HEADERS, IN_URLS, LISTS, placeholderNames } from './placeholders.ts';
import { hasLooseBraces, isAlone, namesIn, textsOf } from './template.ts';

export interface Problem {
  option: string;
  problem: string;
}

const CORRECTIONS = ['state', 'difference', 'none'];
const MESSAGES = ['conversion', 'profile'];
const SECRET = /^secret\.(.+)$/;
/** A token of RFC 9110. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t -~]*$/;
/** The connection sets them. */
const OWN_HEADERS = [
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** What messages the template is for. */
export const messageKind = ({ options }: DestinationOptions): Message['kind'] =>
  options['message'] === 'profile' ? 'profile' : 'conversion';

export function templateProblem(settings: DestinationOptions): Problem | null {
  const { options, template } = settings;
  for (const [name, allowed] of [
    ['message', MESSAGES],
    ['corrections', CORRECTIONS],
  ] as const)
    if (options[name] !== undefined && !allowed.includes(options[name]))
      return { option: `options.${name}`, problem: `must be one of ${allowed.join(', ')}` };
  if (template === undefined) return { option: 'template', problem: 'is needed: the url and the body of a request' };
  const known = placeholderNames(messageKind(settings));
  return (
    urlTemplateProblem(template, known, settings) ??
    headersProblem(template, settings.secrets) ??
    bodyProblem(template, options, known)
  );
}

function urlTemplateProblem(
  { url }: RequestTemplate,
  known: readonly string[],
  { private_network }: DestinationOptions,
): Problem | null {
  const option = 'template.url';
  const names = namesIn(url);
  const problem =
    textProblem(
      url,
      IN_URLS.filter((name) => known.includes(name)),
      'a URL',
    ) ?? urlProblem(url.replace(/\{\{[^{}]*\}\}/g, 'x'), private_network);
  if (problem !== null) return { option, problem };
  // A value must not choose the server.
  if (names.length > 0 && !/^https?:\/\/[^/?#{}]+[/?]/i.test(url))
    return { option, problem: 'has a placeholder in its host; placeholders come after the host' };
  return null;
}

function headersProblem({ headers }: RequestTemplate, secrets: DestinationOptions['secrets']): Problem | null {
  for (const [name, text] of Object.entries(headers)) {
    const option = `template.headers.${name.slice(0, 60)}`;
    if (!HEADER_NAME.test(name)) return { option, problem: 'is not the name of a header' };
    if (OWN_HEADERS.includes(name.toLowerCase())) return { option, problem: 'is set by the connection; remove it' };
    if (!HEADER_VALUE.test(text)) return { option, problem: 'has characters that a header cannot have' };
    const given = Object.keys(secrets).map((secret) => `secret.${secret}`);
    const problem = textProblem(text, [...given, ...IN_HEADERS], 'a header');
    if (problem !== null) return { option, problem };
  }
  for (const [name, secret] of Object.entries(secrets))
    if (!HEADER_VALUE.test(secret))
      return { option: `secrets.${name}`, problem: 'has characters that a header cannot have, such as a line end' };
  return null;
}

function bodyProblem(
  { body }: RequestTemplate,
  options: DestinationOptions['options'],
  known: readonly string[],
): Problem | null {
  for (const { path, text, is_name } of textsOf(body)) {
    const option = `template.body${path}`;
    if (is_name && (namesIn(text).length > 0 || hasLooseBraces(text)))
      return { option, problem: 'has a placeholder in the name of a field; only values have placeholders' };
    const problem = is_name ? null : (textProblem(text, known, 'the body') ?? listProblem(text));
    if (problem !== null) return { option, problem };
    if ((options['corrections'] ?? 'state') !== 'difference' && /\{\{\s*difference\./.test(text))
      return { option, problem: 'has a difference; set options.corrections to difference, or use state' };
  }
  return null;
}

function textProblem(text: string, known: readonly string[], place: string): string | null {
  if (hasLooseBraces(text)) return 'has {{ or }} without its other half';
  for (const name of namesIn(text)) {
    if (known.includes(name)) continue;
    const secret = SECRET.exec(name)?.[1];
    if (secret === undefined)
      return `{{${name.slice(0, 60)}}} is not known in ${place}; use one of ${known.join(', ')}`;
    return place === 'a header'
      ? `{{${name.slice(0, 60)}}} is not given; add ${secret.slice(0, 60)} to secrets`
      : `{{${name.slice(0, 60)}}} cannot be in ${place}; secrets are only in headers`;
  }
  return null;
}

function listProblem(text: string): string | null {
  const list = isAlone(text) ? undefined : namesIn(text).find((name) => LISTS.includes(name));
  return list === undefined ? null : `{{${list}}} is a list; let it stand alone in its text`;
}
