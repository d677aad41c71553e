/** Which links are left as they are: those to unsubscribe, those that the sender marks, and those that lead nowhere else. */
import type { FoundLink } from './find-links.ts';
import { canonicalTarget, readTarget, type SkipReason } from './target.ts';

/** How emails in common languages name the link to unsubscribe. A wrong guess only leaves a link uncounted. */
const UNSUBSCRIBE =
  /unsubscrib|opt[\s-]?out|abmeld|abbestell|austragen|désinscri|desinscri|désabonn|desabonn|darse de baja|cancelar (?:la )?suscripci|cancelar (?:a )?(?:inscri|assinatura)|disiscri|annulla (?:l['’])?iscrizione|afmeld|uitschrijv|avregistrer|avprenumerer|avmeld|odhlásit|wypisz|rezygnuj z|peruuta tilaus|отписаться|配信停止|退订|取消訂閱|수신거부/iu;
const NAME = /unsubscribe|optout|opt-out/i;

/** The attribute by which a template leaves out a link. */
const SKIP_ATTRIBUTE = 'data-tributary-skip';

export interface SkipRules {
  /** The base of tracked links. */
  base_url: string;
  /** Canonical addresses that stay as they are. */
  untouched: ReadonlySet<string>;
}

/** The page of a link, or why the link stays as it is. */
export function targetOf(link: FoundLink, { base_url, untouched }: SkipRules): { url: string } | { skip: SkipReason } {
  if (link.attributes.has(SKIP_ATTRIBUTE)) return { skip: 'marked' };
  const target = readTarget(link.href);
  if ('skip' in target) return target;
  if (target.url.startsWith(`${base_url}/c/`)) return { skip: 'already_tracked' };
  return untouched.has(target.url) || isUnsubscribe(link) ? { skip: 'unsubscribe' } : target;
}

function isUnsubscribe({ text, href, attributes }: FoundLink): boolean {
  if (UNSUBSCRIBE.test(text.replace(/\s+/g, ' '))) return true;
  return [href, attributes.get('rel'), attributes.get('class')].some(
    (value) => value !== undefined && NAME.test(value),
  );
}

/** The addresses of List-Unsubscribe headers (`<https://…>, <mailto:…>`), and plain addresses, in canonical form. */
export function untouchedTargets(headers: readonly string[]): Set<string> {
  const targets = new Set<string>();
  for (const header of headers) {
    const bracketed = [...header.matchAll(/<([^<>]*)>/g)].map((match) => match[1]!);
    for (const text of bracketed.length > 0 ? bracketed : [header]) {
      const url = canonicalTarget(text.trim());
      if (url !== null) targets.add(url);
    }
  }
  return targets;
}
