/** Values made from a JSON schema, and what can go wrong with them. */
import type { Random } from '../../src/domain/random.ts';
import type { Schema } from './calls.ts';
import { crafted, hostileText, hostileValue, INSTANTS, NUMBERS, PERSONAL, SALT } from './hostile.ts';

type Item = Record<string, unknown>;

/** Fields that hold an id of a person or where one is. */
const PERSONAL_FIELD = /^(customer_id|anonymous_id|left_id|right_id|ip_address|session_id|message_id)$/;

/** A value that fits, as far as the schema says. `number` is that of the input: it makes ids. */
export function fitting(random: Random, name: string, schema: Schema, number: number): unknown {
  const choices = schema['enum'] as unknown[] | undefined;
  if (choices) return random.pick(choices);
  const types = schema['type'] ?? 'string';
  if (types === 'integer' || types === 'number') {
    const low = Number(schema['minimum'] ?? 0);
    const high = Number(schema['maximum'] ?? 100);
    return types === 'integer' ? random.integer(low, Math.min(high, low + 200)) : random.between(low, high);
  }
  if (types === 'object') return { a: 1, country: 'DE', gclid: 'x' };
  if (types === 'array') return ['a', 'b'];
  if (types === 'boolean') return random.chance(0.5);
  return fittingText(random, name, number);
}

function fittingText(random: Random, name: string, number: number): string {
  if (/_at$/.test(name)) return new Date(1_772_000_000_000 + random.integer(0, 10_000_000_000)).toISOString();
  if (/^(start|end|date)$/.test(name)) return `2026-03-${String(random.integer(1, 28)).padStart(2, '0')}`;
  if (/currency|base/.test(name)) return random.pick(['USD', 'EUR', 'JPY']);
  if (/value|amount|rate|revenue|cost/.test(name)) return `${random.integer(1, 900)}.${random.integer(10, 99)}`;
  if (/url|referrer/.test(name))
    return random.chance(0.3) ? crafted(random, false) : `https://shop.example/?utm_source=s&email=${PERSONAL[0]}`;
  if (name === 'user_agent')
    return random.chance(0.5) ? crafted(random, true) : 'Mozilla/5.0 (Windows NT 10.0) Chrome/120.0';
  if (name === 'ip_address') return random.pick(PERSONAL.slice(1, 3));
  if (name === 'brand_id') return random.pick(['default', 'shop-eu', 'other']);
  if (/^model/.test(name))
    return random.pick(['linear', 'first_touch', 'last_touch', 'time_decay', 'markov', 'linear,last_touch']);
  // Some ids repeat, so that there are repeats and conflicts.
  if (/_id$/.test(name))
    return random.chance(0.1)
      ? `${name}-${random.integer(1, 20)}`
      : `${name}-${number}-${random.integer(0, 3)}-${SALT}`;
  return random.pick(['email', 'spring', 'a', `w${random.integer(1, 30)}`]);
}

/** A record of a schema: its required fields, its example's, and some others. */
export function fittingItem(random: Random, schema: Schema, examples: readonly unknown[], number: number): Item {
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const required = (schema['required'] ?? []) as string[];
  const item: Item = { ...((examples.length > 0 ? random.pick(examples) : {}) as Item) };
  for (const [name, property] of Object.entries(properties)) {
    const wanted = required.includes(name) || Object.hasOwn(item, name) ? 0.6 : 0.15;
    if (random.chance(wanted)) item[name] = fitting(random, name, property, number);
  }
  return item;
}

/** Breaks a record in one place. */
export function breakItem(random: Random, item: Item, schema: Schema): Item {
  const known = Object.keys((schema['properties'] ?? {}) as Item);
  const names = [...known, ...Object.keys(item)];
  if (names.length === 0) return { [hostileText(random)]: hostileValue(random) };
  const name = random.pick(names);
  const kind = random.unit();
  if (kind < 0.1) {
    const { [name]: _left_out, ...rest } = item;
    return rest;
  }
  if (kind < 0.2) return Object.fromEntries([...Object.entries(item), [hostileText(random), hostileValue(random)]]);
  if (kind < 0.35) return { ...item, [name]: hostileValue(random) };
  if (kind < 0.45 && known.some((one) => PERSONAL_FIELD.test(one))) {
    const field = random.pick(known.filter((one) => PERSONAL_FIELD.test(one)));
    const ending = random.pick(['', '\0', '\uD800', 'x'.repeat(300), '\u0007']);
    return { ...item, [field]: random.pick(PERSONAL) + ending };
  }
  if (/url|referrer|user_agent/.test(name)) return { ...item, [name]: crafted(random, name === 'user_agent') };
  if (/_at$|date|start|end/.test(name)) return { ...item, [name]: random.pick(INSTANTS) };
  if (/value|amount|rate|revenue|cost/.test(name)) {
    const number = random.pick(NUMBERS);
    return { ...item, [name]: random.chance(0.5) ? number : `${number}` };
  }
  return { ...item, [name]: hostileText(random) };
}
