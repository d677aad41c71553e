/** Finds ids in texts and JSON that other people or programs wrote, as a whole text or as a word of one. */

/** The words of a text. Ids with other characters are looked for as they are. */
const WORDS = /[\p{L}\p{N}_@.+-]+/gu;
const AROUND_WORD = /^[.+-]+|[.+-]+$/g;
/** JSON stands in a text of JSON at most so often. */
const MAX_NESTED = 4;

export class Mentions {
  private readonly with_other_characters: Array<readonly [id: string, owner: string]>;

  /**
   * @param owner_of whose each id is.
   * @param least_length shorter ids are not looked for within texts, where they could be anything.
   */
  constructor(
    private readonly owner_of: ReadonlyMap<string, string>,
    private readonly least_length = 1,
  ) {
    this.with_other_characters = [...owner_of].filter(([id]) => id.replace(WORDS, '') !== '');
  }

  /** The owner of an id in a text; undefined if there is none. */
  inText(text: string): string | undefined {
    const whole = this.owner_of.get(text);
    if (whole !== undefined) return whole;
    for (const [word] of text.matchAll(WORDS)) {
      const owner = this.ownerOfWord(word) ?? this.ownerOfWord(word.replaceAll(AROUND_WORD, ''));
      if (owner !== undefined) return owner;
    }
    for (const [id, owner] of this.with_other_characters)
      if (id.length >= this.least_length && text.includes(id)) return owner;
    return undefined;
  }

  /** The same in an address, whose parameters may be encoded. */
  inAddress(address: string): string | undefined {
    return this.inText(address) ?? this.inText(decoded(address));
  }

  /** The same in all texts and keys of JSON, and in texts that are JSON themselves. */
  inJson(value: unknown, nested = 0): string | undefined {
    if (typeof value === 'number') return this.owner_of.get(String(value));
    if (typeof value === 'string') {
      const inner = nested < MAX_NESTED && /^\s*[[{]/.test(value) ? parsed(value) : undefined;
      return inner === undefined ? this.inText(value) : this.inJson(inner, nested + 1);
    }
    if (typeof value !== 'object' || value === null) return undefined;
    for (const [name, inner] of Object.entries(value)) {
      const owner = (Array.isArray(value) ? undefined : this.inText(name)) ?? this.inJson(inner, nested);
      if (owner !== undefined) return owner;
    }
    return undefined;
  }

  private ownerOfWord(word: string): string | undefined {
    return word.length >= this.least_length ? this.owner_of.get(word) : undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
