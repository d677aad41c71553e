/** Finds where and why a text is not valid JSON. `JSON.parse` does not name the place in every Node version. */

const LITERAL = /-?(?:Infinity|NaN)|[A-Za-z_$][\w$]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: Record<string, string> = {
  NaN: 'NaN is not a JSON number; send a decimal, or leave the field out',
  Infinity: 'Infinity is not a JSON number; send a decimal, or leave the field out',
  '-Infinity': '-Infinity is not a JSON number; send a decimal, or leave the field out',
  '-NaN': 'NaN is not a JSON number; send a decimal, or leave the field out',
  undefined: 'undefined is not JSON; leave the field out, or send null',
  None: 'None is Python; send null',
  True: 'True is Python; send true',
  False: 'False is Python; send false',
};

/**
 * The reason with line and column, for a text that `JSON.parse` refused.
 * @param before the text before it. Lines and columns count from its start.
 */
export function explainJson(text: string, before = ''): string {
  const { offset, problem } = new Scanner(text).findProblem();
  const read = before + text.slice(0, offset);
  let line = 1;
  for (let end = read.indexOf('\n'); end >= 0; end = read.indexOf('\n', end + 1)) line += 1;
  const column = read.length - read.lastIndexOf('\n');
  return `is not valid JSON at line ${line}, column ${column}: ${problem}`;
}

interface Found {
  offset: number;
  problem: string;
}

/** Scans the text with a stack of its own, so that deep nesting cannot overflow the call stack. */
class Scanner {
  private at = 0;
  private readonly open: Array<'{' | '['> = [];

  constructor(private readonly text: string) {}

  findProblem(): Found {
    let problem = this.value();
    while (problem === undefined) {
      this.skipSpace();
      const inside = this.open[this.open.length - 1];
      if (inside === undefined)
        return {
          offset: this.at,
          problem: this.at < this.text.length ? 'more text follows after the end; remove it' : 'it cannot be read',
        };
      const close = inside === '{' ? '}' : ']';
      const character = this.text[this.at];
      if (character === close) {
        this.at += 1;
        this.open.pop();
      } else if (character === ',') {
        this.at += 1;
        this.skipSpace();
        if (this.text[this.at] === close) problem = `there is a comma before ${close}; remove it`;
        else problem = inside === '{' ? (this.key() ?? this.value()) : this.value();
      } else problem = character === undefined ? this.ended() : `a comma or ${close} was expected`;
    }
    return { offset: this.at, problem };
  }

  /** Reads a value. Of an object or array it reads only the beginning and the first member. */
  private value(): string | undefined {
    for (;;) {
      this.skipSpace();
      const character = this.text[this.at];
      if (character === undefined) return this.ended();
      if (character === '"') return this.string();
      if (character !== '{' && character !== '[') return this.scalar(character);
      this.at += 1;
      this.open.push(character);
      this.skipSpace();
      if (this.text[this.at] === (character === '{' ? '}' : ']')) return undefined;
      const problem = character === '{' ? this.key() : undefined;
      if (problem) return problem;
    }
  }

  private key(): string | undefined {
    this.skipSpace();
    if (this.text[this.at] === undefined) return this.ended();
    if (this.text[this.at] !== '"') return 'a field name in double quotes was expected';
    const problem = this.string();
    if (problem) return problem;
    this.skipSpace();
    if (this.text[this.at] !== ':')
      return this.text[this.at] === undefined ? this.ended() : 'a colon was expected after the field name';
    this.at += 1;
    return undefined;
  }

  private string(): string | undefined {
    for (let i = this.at + 1; i < this.text.length; i++) {
      const code = this.text.charCodeAt(i);
      if (code === 34) {
        this.at = i + 1;
        return undefined;
      }
      if (code === 92) {
        if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.text.slice(i + 1, i + 6))) {
          this.at = i;
          return 'a backslash starts an unknown escape';
        }
        i += 1;
      } else if (code < 32) {
        this.at = i;
        return 'a string contains a line break or control character; escape it';
      }
    }
    this.at = this.text.length;
    return 'a string is not closed';
  }

  private scalar(character: string): string | undefined {
    LITERAL.lastIndex = this.at;
    const word = LITERAL.exec(this.text)?.[0];
    if (word === 'true' || word === 'false' || word === 'null') {
      this.at += word.length;
      return undefined;
    }
    if (word !== undefined)
      return (
        (Object.hasOwn(WORDS, word) ? WORDS[word] : undefined) ?? 'a word without quotes; put text in double quotes'
      );
    if (character === "'") return 'a single quote; JSON strings have double quotes';
    NUMBER.lastIndex = this.at;
    const number = NUMBER.exec(this.text)?.[0];
    if (number === undefined) return 'a value was expected';
    this.at += number.length;
    return undefined;
  }

  private ended(): string {
    return this.text.trim() === '' ? 'the text is empty' : 'the text ends too early';
  }

  private skipSpace(): void {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at]!)) this.at += 1;
  }
}
