/**
 * Templates with placeholders such as `{{conversion_id}}`. A value is put into the tree of the body before it becomes JSON, so no value can
 * end a text or add a field.
 */
import type { Message } from '../message.ts';
import { placeholderValue } from './placeholders.ts';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const ALONE = /^\{\{([^{}]*)\}\}$/;

/** The names in a text, in their order. */
export const namesIn = (text: string): string[] => [...text.matchAll(PLACEHOLDER)].map(([, name]) => name!.trim());

/** True for a text with braces that belong to no placeholder. */
export const hasLooseBraces = (text: string): boolean => /\{\{|\}\}/.test(text.replace(PLACEHOLDER, ''));

/** True for a text that is one placeholder and nothing else. */
export const isAlone = (text: string): boolean => ALONE.test(text);

/** A text with each placeholder replaced. */
export const filledText = (text: string, filler: (name: string) => string): string =>
  text.replace(PLACEHOLDER, (_, name: string) => filler(name.trim()));

/** A body with its values. A text that is one placeholder becomes its value, whatever type it has; null inside a text is nothing. */
export function filledBody(template: unknown, message: Message): unknown {
  if (typeof template === 'string') {
    const name = ALONE.exec(template)?.[1];
    if (name !== undefined) return placeholderValue(message, name.trim());
    return filledText(template, (inner) => String(placeholderValue(message, inner) ?? ''));
  }
  if (Array.isArray(template)) return template.map((part) => filledBody(part, message));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, filledBody(part, message)]));
}

/** Every text of a body with the path to it, such as `.order.items[0].id`. Names of fields are texts, too. */
export function* textsOf(template: unknown, path = ''): Generator<{ path: string; text: string; is_name: boolean }> {
  if (typeof template === 'string') yield { path, text: template, is_name: false };
  if (typeof template !== 'object' || template === null) return;
  if (Array.isArray(template)) {
    for (const [i, part] of template.entries()) yield* textsOf(part, `${path}[${i}]`);
    return;
  }
  for (const [key, part] of Object.entries(template)) {
    const inner = `${path}.${key}`;
    yield { path: inner, text: key, is_name: true };
    yield* textsOf(part, inner);
  }
}
