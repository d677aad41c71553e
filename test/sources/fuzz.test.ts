/** Whatever a provider sends: its source neither crashes nor hangs, invents nothing, and says the same of the same event. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { recordKind } from '../../src/domain/index.ts';
import { PROVIDERS } from '../../src/sources/index.ts';
import { letterText } from '../../src/sources/letters.ts';
import { type Delivery, type People, proofOf, type Source, Unusable } from '../../src/sources/source.ts';
import { runsOf } from '../support/tier.ts';
import { NOW_MS } from './clock.ts';
import { headersOf, samplesOf, textOf } from './samples.ts';

const RUNS = runsOf('TRIBUTARY_SOURCE_RUNS', 20, 500);
const people: People = { idOf: (address) => (address.includes('@') ? `email_${address.length}` : null) };
const context = { now_ms: NOW_MS, key_brand_id: null, defaultCurrency: () => 'USD' };

const optionsOf = ({ needs = [] }: Source) => ({
  brand_id: 'default',
  secrets: ['secret'],
  public_keys: [],
  options: Object.fromEntries(needs.map((name) => [name, 'x'])),
});
const deliveryOf = (body: string, headers: Delivery['headers'] = {}): Delivery => ({
  body: Buffer.from(body),
  headers,
});

/** The result of reading and translating a body, or the reasons of {@link Unusable}. Any other failure is one of the test. */
function outcomesOf(source: Source, body: string): unknown[] {
  const items = unlessUnusable(() => source.itemsOf(deliveryOf(body, headersOf(source.provider))));
  if (!Array.isArray(items)) return [];
  return items.map((item) => {
    const made = translated(source, item);
    expect(translated(source, item)).toEqual(made);
    // As it is tried again from what is kept.
    if (item !== undefined) expect(translated(source, JSON.parse(JSON.stringify(item)))).toEqual(made);
    letterText(item, people);
    for (const draft of draftsOf(made)) {
      recordKind(draft.record).read(draft.input, { ...context, emailPersonOf: (_, address) => people.idOf(address) });
      if (draft.record === 'touchpoints' || draft.record === 'email_events') expectNamed(draft.input, item);
    }
    return made;
  });
}

type Made = { drafts: Array<{ record: never; input: Record<string, unknown> }> };
const draftsOf = (made: unknown): Made['drafts'] => (made as Partial<Made>).drafts ?? [];

const translated = (source: Source, item: unknown): unknown =>
  unlessUnusable(() => source.translate(item, optionsOf(source), people));

function unlessUnusable<T>(work: () => T): T | { reason: string } {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unusable) return { reason: error.message };
    throw error;
  }
}

/** The person of an event is one that the provider named. What a source passes on as it came may be no text; the record refuses it. */
function expectNamed({ email, customer_id, anonymous_id }: Record<string, unknown>, item: unknown): void {
  const person = email ?? customer_id ?? anonymous_id ?? '';
  const named = JSON.stringify(person);
  const sent = typeof person === 'string' ? named.slice(1, -1) : named;
  expect(JSON.stringify(item).toLowerCase()).toContain(sent.toLowerCase());
}

/** The names and values that the code of a source reads: words in quotes, also of its other files. */
function wordsOf(provider: string): string[] {
  const folder = join(import.meta.dirname, '../../src/sources', provider);
  const code = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const quoted = code.join('\n').matchAll(/'([\w -]{1,40})'|\b(\w{3,30}):/g);
  return [...new Set(Array.from(quoted, ([, text, key]) => text ?? key!))];
}

/** JSON of the words of a provider, with times and addresses at random places. */
function jsonOfWords(words: readonly string[]): fc.Arbitrary<unknown> {
  const word = fc.constantFrom(...words);
  const leaf = fc.oneof(
    word,
    fc.constantFrom('anna@example.com', 'constructor', '__proto__', 1773140400, '2026-03-10T10:00:00Z', true, null, ''),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.dictionary(word, tie('node'), { maxKeys: 6 }),
      fc.array(tie('node'), { maxLength: 3 }),
    ),
  }));
  return fc.oneof(fc.dictionary(word, node, { maxKeys: 10 }), fc.array(node, { maxLength: 4 }));
}

/** JSON with one of its values replaced or removed. */
function changed(json: unknown, at: number, value: unknown): string {
  let number = 0;
  return JSON.stringify(json, (_, held) => (number++ === at ? value : held)) ?? '';
}

/** Bodies of a provider with one value changed, or cut somewhere. */
function damagedBodies(provider: string): fc.Arbitrary<string> {
  const values = fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, 'constructor', 1e300, -1, '9'.repeat(40)));
  const of_samples = samplesOf(provider).flatMap((sample) => {
    const whole = textOf(sample);
    const cut = fc.nat(whole.length).map((length) => whole.slice(0, length));
    const swapped = fc
      .tuple(fc.nat(whole.length), fc.string({ maxLength: 3 }))
      .map(([at, text]) => whole.slice(0, at) + text + whole.slice(at + text.length));
    const replaced = fc.tuple(fc.nat(60), values).map(([at, value]) => changed(sample.json, at, value));
    return sample.json === undefined ? [cut, swapped] : [cut, swapped, replaced];
  });
  return fc.oneof(...of_samples);
}

/** As forms carry it: a field with JSON, and fields of their own. */
const asForm = (words: readonly string[], json: unknown): string =>
  new URLSearchParams(words.map((word): [string, string] => [word, JSON.stringify(json)])).toString();

describe.each([...PROVIDERS.values()])('$provider', (source) => {
  const words = wordsOf(source.provider);

  test('makes nothing of JSON of others', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const outcomes = outcomesOf(source, JSON.stringify(json));
        expect(outcomes.flatMap(draftsOf)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test('reads JSON and forms of its own words without a failure, and always in the same way', () => {
    fc.assert(
      fc.property(jsonOfWords(words), (json) => {
        outcomesOf(source, JSON.stringify(json));
        outcomesOf(source, asForm(words.slice(0, 60), json));
      }),
      { numRuns: RUNS },
    );
  });

  test('reads damaged bodies without a failure', () => {
    fc.assert(
      fc.property(damagedBodies(source.provider), (body) => void outcomesOf(source, body)),
      { numRuns: RUNS },
    );
  });

  test.each(samplesOf(source.provider).map((sample, i) => [i, textOf(sample)] as const))(
    'makes something of sample %i',
    (_, body) => {
      expect(outcomesOf(source, body).flatMap(draftsOf).length).toBeGreaterThan(0);
    },
  );

  test('takes no delivery with events without proof, and no check fails', async () => {
    const options = optionsOf(source);
    const surroundings = { now_ms: NOW_MS, fetchText: () => Promise.reject(new Error('no network')) };
    const headers = fc.dictionary(fc.constantFrom(...words.map((word) => word.toLowerCase())), fc.string());
    const bodies = fc.oneof(
      damagedBodies(source.provider),
      jsonOfWords(words).map((json) => JSON.stringify(json)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, headers, async (body, given) => {
        const delivery = deliveryOf(body, given);
        const verified = await Promise.resolve(source.verify?.(delivery, options, surroundings)).catch((error) => {
          if (error instanceof TributaryError) return { ok: false };
          throw error;
        });
        if (proofOf(source, options) === 'none' || !verified?.ok) return;
        expect(unlessUnusable(() => source.itemsOf(delivery))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

test('a long text takes no long time', () => {
  for (const unit of ['a', 'a@', '@a.', 'a@b.', '1'])
    for (const source of PROVIDERS.values()) {
      const [sample] = samplesOf(source.provider);
      if (sample.json === undefined) continue;
      const long = unit.repeat(200_000 / unit.length);
      for (let at = 1; at < 12; at++) outcomesOf(source, changed(sample.json, at, long));
    }
});
