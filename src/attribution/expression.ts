/**
 * Custom models: parses a weight expression from the configuration and writes it again as SQL. Only numbers, quoted texts,
 * and the names, functions and operators listed below get into the SQL.
 *
 *   case when channel = 'email' then 2 else 1 end * pow(0.5, age_days / 3)
 */
import { TributaryError } from '../domain/errors.ts';
import { SETTING_COLUMNS } from '../domain/settings.ts';

/** Names that every path has. */
const PATH_NAMES: Record<string, string> = { k: 'float64(k)', n: 'float64(n)', age_days: 'age_days' };
/** Settings that an expression may name. */
const SETTING_NAMES = SETTING_COLUMNS.filter(({ in_expressions }) => in_expressions).map(({ column }) => column);
/** Columns of the touchpoint. */
const TEXT_NAMES = ['channel', 'touchpoint_type'];
const NAMES = [...Object.keys(PATH_NAMES), ...SETTING_NAMES, ...TEXT_NAMES];
/** The functions: how many numbers they take, and their name in shared SQL where it is another one. */
const FUNCTIONS: Record<string, { takes: number; sql?: string }> = {
  pow: { takes: 2 },
  exp: { takes: 1 },
  ln: { takes: 1, sql: 'real_ln' },
  sqrt: { takes: 1, sql: 'real_sqrt' },
  abs: { takes: 1 },
  least: { takes: 2 },
  greatest: { takes: 2 },
  floor: { takes: 1 },
};
const MAX_LENGTH = 2_000;
const MAX_DEPTH = 50;
/** Names, numbers, texts and signs. */
const MAX_TOKENS = 600;

type Kind = 'number' | 'text' | 'condition';
interface Node {
  kind: Kind;
  sql: string;
}
type Token = { type: 'number' | 'text' | 'name' | 'symbol' | 'end'; value: string; at: number };

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)|'([^'\\]{0,100})'|([A-Za-z_]\w*)|(<=|>=|<>|!=|[-+*/(),=<>]))/y;

/** An expression as SQL, with the columns of the touchpoint and of the settings that it uses. */
interface CompiledExpression {
  sql: string;
  columns: string[];
}

/**
 * Turns an expression into SQL. Where it has no value, the SQL gives NaN, which is no weight.
 * @throws bad_request naming the character where the text is wrong.
 */
export function compileExpression(text: string): CompiledExpression {
  if (text.length > MAX_LENGTH)
    throw problem(text, MAX_LENGTH, `the expression is longer than ${MAX_LENGTH} characters`);
  const parser = new Parser(text);
  const node = parser.parse();
  if (node.kind !== 'number') throw problem(text, 0, 'the result must be a number');
  return { sql: `coalesce(float64(${node.sql}), float64('nan'))`, columns: [...parser.columns] };
}

function problem(text: string, at: number, reason: string): TributaryError {
  return new TributaryError(
    'bad_request',
    `custom model: ${reason} at character ${at + 1} of ${JSON.stringify(text.slice(0, 200))}`,
    { field: 'custom_models' },
  );
}

class Parser {
  readonly columns = new Set<string>();
  private readonly tokens: Token[];
  private index = 0;
  private depth = 0;

  constructor(private readonly text: string) {
    this.tokens = tokenize(text);
    if (this.tokens.length > MAX_TOKENS)
      throw problem(text, this.tokens[MAX_TOKENS]!.at, `the expression has more than ${MAX_TOKENS} parts`);
  }

  parse(): Node {
    const node = this.either();
    if (this.peek().type !== 'end') throw this.fail(`unexpected ${JSON.stringify(this.peek().value)}`);
    return node;
  }

  private either(): Node {
    return this.deeper(() =>
      this.chain(
        'condition',
        () => this.both(),
        () => (this.accept('or') ? 'or' : undefined),
      ),
    );
  }

  private both(): Node {
    return this.chain(
      'condition',
      () => this.negation(),
      () => (this.accept('and') ? 'and' : undefined),
    );
  }

  private negation(): Node {
    return this.accept('not')
      ? this.deeper(() => condition(`not ${this.want(this.negation(), 'condition').sql}`))
      : this.comparison();
  }

  /** `a op b op c`, from the left. One pair of parentheses holds the chain, because engines limit how deeply they nest. */
  private chain(kind: Kind, operand: () => Node, operator: () => string | undefined): Node {
    const first = operand();
    let op = operator();
    if (op === undefined) return first;
    let sql = this.want(first, kind).sql;
    for (; op !== undefined; op = operator()) sql += ` ${op} ${this.want(operand(), kind).sql}`;
    return { kind, sql: `(${sql})` };
  }

  private comparison(): Node {
    const left = this.sum();
    const operator = this.peek().value;
    if (this.peek().type !== 'symbol' || !['=', '<>', '!=', '<', '<=', '>', '>='].includes(operator)) return left;
    this.index += 1;
    const right = this.sum();
    if (left.kind === 'text') {
      if (operator !== '=' && operator !== '<>' && operator !== '!=')
        throw this.fail('text can only be compared with =, <> and !=');
      this.want(right, 'text');
    } else {
      this.want(left, 'number');
      this.want(right, 'number');
    }
    return condition(`${left.sql} ${operator === '!=' ? '<>' : operator} ${right.sql}`);
  }

  private sum(): Node {
    return this.chain(
      'number',
      () => this.product(),
      () => this.symbol('+', '-'),
    );
  }

  private product(): Node {
    return this.chain(
      'number',
      () => this.unary(),
      () => this.symbol('*', '/'),
    );
  }

  private unary(): Node {
    return this.symbol('-') ? this.deeper(() => number(`-${this.want(this.unary(), 'number').sql}`)) : this.atom();
  }

  private atom(): Node {
    const token = this.peek();
    this.index += 1;
    if (token.type === 'number') {
      if (!Number.isFinite(Number(token.value)))
        throw problem(this.text, token.at, `${token.value} is more than a number can hold`);
      return { kind: 'number', sql: `float64(${token.value})` };
    }
    if (token.type === 'text') return { kind: 'text', sql: `'${token.value}'` };
    if (token.type === 'symbol' && token.value === '(') {
      const node = this.either();
      this.expect(')');
      return node;
    }
    if (token.type === 'name') return this.named(token.value.toLowerCase());
    this.index -= 1;
    throw this.fail(
      token.type === 'end' ? 'the expression ends too early' : `unexpected ${JSON.stringify(token.value)}`,
    );
  }

  private named(name: string): Node {
    if (name === 'case') return this.deeper(() => this.cases());
    if (Object.hasOwn(FUNCTIONS, name)) {
      this.expect('(');
      const args = [this.want(this.either(), 'number').sql];
      while (this.symbol(',')) args.push(this.want(this.either(), 'number').sql);
      this.expect(')');
      const { takes, sql = name } = FUNCTIONS[name]!;
      if (args.length !== takes)
        throw this.fail(`${name} takes ${takes} argument${takes === 1 ? '' : 's'}, got ${args.length}`);
      return { kind: 'number', sql: `${sql}(${args.join(', ')})` };
    }
    if (Object.hasOwn(PATH_NAMES, name)) return { kind: 'number', sql: PATH_NAMES[name]! };
    if (NAMES.includes(name)) {
      this.columns.add(name);
      return { kind: TEXT_NAMES.includes(name) ? 'text' : 'number', sql: name };
    }
    this.index -= 1;
    throw this.fail(
      `unknown name ${JSON.stringify(name)} (names: ${NAMES.join(', ')}; functions: ${Object.keys(FUNCTIONS).join(', ')})`,
    );
  }

  private cases(): Node {
    let sql = 'case';
    while (this.accept('when')) {
      const condition = this.want(this.either(), 'condition').sql;
      if (!this.accept('then')) throw this.fail('expected then');
      sql += ` when ${condition} then ${this.want(this.either(), 'number').sql}`;
    }
    if (sql === 'case') throw this.fail('expected when');
    if (!this.accept('else')) throw this.fail('expected else: every touch needs a weight');
    sql += ` else ${this.want(this.either(), 'number').sql} end`;
    if (!this.accept('end')) throw this.fail('expected end');
    return { kind: 'number', sql: `(${sql})` };
  }

  private want(node: Node, kind: Kind): Node {
    if (node.kind !== kind) throw this.fail(`expected a ${kind}, got a ${node.kind}`);
    return node;
  }

  private deeper(work: () => Node): Node {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw this.fail(`the expression is nested more than ${MAX_DEPTH} levels deep`);
    const node = work();
    this.depth -= 1;
    return node;
  }

  private peek(): Token {
    return this.tokens[this.index]!;
  }

  private symbol(...values: string[]): string | undefined {
    const token = this.peek();
    if (token.type !== 'symbol' || !values.includes(token.value)) return undefined;
    this.index += 1;
    return token.value;
  }

  private accept(word: string): boolean {
    const token = this.peek();
    if (token.type !== 'name' || token.value.toLowerCase() !== word) return false;
    this.index += 1;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.symbol(symbol)) throw this.fail(`expected ${symbol}`);
  }

  private fail(reason: string): TributaryError {
    return problem(this.text, this.peek().at, reason);
  }
}

function number(sql: string): Node {
  return { kind: 'number', sql: `(${sql})` };
}

function condition(sql: string): Node {
  return { kind: 'condition', sql: `(${sql})` };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN.source, 'y');
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex + text.slice(pattern.lastIndex).search(/\S/);
    const match = pattern.exec(text);
    if (!match) throw problem(text, at, 'expected a number, a name, a quoted text or an operator');
    const [, digits, quoted, name, symbol] = match;
    if (digits !== undefined) tokens.push({ type: 'number', value: digits, at });
    else if (quoted !== undefined) tokens.push({ type: 'text', value: quoted, at });
    else if (name !== undefined) tokens.push({ type: 'name', value: name, at });
    else tokens.push({ type: 'symbol', value: symbol!, at });
  }
  tokens.push({ type: 'end', value: '', at: end });
  return tokens;
}
