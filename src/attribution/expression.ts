/**
 * Custom models: parses a weight expression from the configuration and writes it again as SQL. Only numbers, quoted texts,
 * and the names, functions and operators listed below get into the SQL.
 *
 *   case when channel = 'email' then 2 else 1 end * pow(0.5, age_days / 3)
 */
import type { TributaryError } from '../domain/errors.ts';
import { SETTING_COLUMNS } from '../domain/settings.ts';
import { problem, type Token, tokenize } from './expression-tokens.ts';
import {
  type ConditionOf,
  called,
  chosen,
  compared,
  constant,
  exactly,
  type NumberOf,
  ofOne,
  ofPair,
  type TextOf,
} from './expression-values.ts';

/** Names that every path has. */
const PATH_NAMES: Record<string, { sql: string; of: NumberOf }> = {
  k: { sql: 'float64(k)', of: exactly((touch) => touch.k) },
  n: { sql: 'float64(n)', of: exactly((touch) => touch.n) },
  age_days: { sql: 'age_days', of: exactly((touch) => touch.age_days) },
};
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

/** The closures of each kind of part. */
interface Values {
  number: NumberOf;
  text: TextOf;
  condition: ConditionOf;
}
type Kind = keyof Values;
interface NodeOf<K extends Kind> {
  kind: K;
  sql: string;
  of: Values[K];
}
type Node = { [K in Kind]: NodeOf<K> }[Kind];

/** An expression as SQL, with the columns of the touchpoint and of the settings that it uses. */
interface CompiledExpression {
  sql: string;
  columns: string[];
  /** The same for a touch in memory. */
  of: NumberOf;
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
  return { sql: `coalesce(float64(${node.sql}), float64('nan'))`, columns: [...parser.columns], of: node.of };
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
        (_, a, b) => (touch) => a(touch) || b(touch),
      ),
    );
  }

  private both(): Node {
    return this.chain(
      'condition',
      () => this.negation(),
      () => (this.accept('and') ? 'and' : undefined),
      (_, a, b) => (touch) => a(touch) && b(touch),
    );
  }

  private negation(): Node {
    if (!this.accept('not')) return this.comparison();
    return this.deeper(() => {
      const { sql, of } = this.want(this.negation(), 'condition');
      return condition(`not ${sql}`, (touch) => !of(touch));
    });
  }

  /** `a op b op c`, from the left. One pair of parentheses holds the chain, because engines limit how deeply they nest. */
  private chain<K extends Kind>(
    kind: K,
    operand: () => Node,
    operator: () => string | undefined,
    join: (operator: string, a: Values[K], b: Values[K]) => Values[K],
  ): Node {
    const first = operand();
    let op = operator();
    if (op === undefined) return first;
    let { sql, of } = this.want(first, kind);
    for (; op !== undefined; op = operator()) {
      const next = this.want(operand(), kind);
      sql += ` ${op} ${next.sql}`;
      of = join(op, of, next.of);
    }
    return { kind, sql: `(${sql})`, of } as Node;
  }

  private comparison(): Node {
    const left = this.sum();
    const operator = this.peek().value;
    if (this.peek().type !== 'symbol' || !['=', '<>', '!=', '<', '<=', '>', '>='].includes(operator)) return left;
    this.index += 1;
    const right = this.sum();
    const sql_operator = operator === '!=' ? '<>' : operator;
    const sql = `${left.sql} ${sql_operator} ${right.sql}`;
    if (left.kind === 'text') {
      if (operator !== '=' && sql_operator !== '<>') throw this.fail('text can only be compared with =, <> and !=');
      const [a, b] = [left.of, this.want(right, 'text').of];
      return condition(sql, (touch) => (a(touch) === b(touch)) === (operator === '='));
    }
    const a = this.want(left, 'number').of;
    return condition(sql, compared(sql_operator, a, this.want(right, 'number').of));
  }

  private sum(): Node {
    return this.chain(
      'number',
      () => this.product(),
      () => this.symbol('+', '-'),
      (op, a, b) => ofPair(op as '+' | '-', a, b),
    );
  }

  private product(): Node {
    return this.chain(
      'number',
      () => this.unary(),
      () => this.symbol('*', '/'),
      (op, a, b) => ofPair(op as '*' | '/', a, b),
    );
  }

  private unary(): Node {
    if (!this.symbol('-')) return this.atom();
    return this.deeper(() => {
      const { sql, of } = this.want(this.unary(), 'number');
      return { kind: 'number', sql: `(-${sql})`, of: ofOne('minus', of) };
    });
  }

  private atom(): Node {
    const token = this.peek();
    this.index += 1;
    if (token.type === 'number') {
      if (!Number.isFinite(Number(token.value)))
        throw problem(this.text, token.at, `${token.value} is more than a number can hold`);
      return { kind: 'number', sql: `float64(${token.value})`, of: constant(token.value) };
    }
    if (token.type === 'text') return { kind: 'text', sql: `'${token.value}'`, of: () => token.value };
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
      const args = [this.want(this.either(), 'number')];
      while (this.symbol(',')) args.push(this.want(this.either(), 'number'));
      this.expect(')');
      const { takes, sql = name } = FUNCTIONS[name]!;
      if (args.length !== takes)
        throw this.fail(`${name} takes ${takes} argument${takes === 1 ? '' : 's'}, got ${args.length}`);
      const values = args.map(({ of }) => of);
      return { kind: 'number', sql: `${sql}(${args.map((arg) => arg.sql).join(', ')})`, of: called(name, values) };
    }
    if (Object.hasOwn(PATH_NAMES, name)) return { kind: 'number', ...PATH_NAMES[name]! };
    if (NAMES.includes(name)) {
      this.columns.add(name);
      return TEXT_NAMES.includes(name)
        ? { kind: 'text', sql: name, of: (touch) => touch.texts[name]! }
        : { kind: 'number', sql: name, of: exactly((touch) => touch.settings[name]!) };
    }
    this.index -= 1;
    throw this.fail(
      `unknown name ${JSON.stringify(name)} (names: ${NAMES.join(', ')}; functions: ${Object.keys(FUNCTIONS).join(', ')})`,
    );
  }

  private cases(): Node {
    let sql = 'case';
    const cases: Array<readonly [ConditionOf, NumberOf]> = [];
    while (this.accept('when')) {
      const condition = this.want(this.either(), 'condition');
      if (!this.accept('then')) throw this.fail('expected then');
      const value = this.want(this.either(), 'number');
      sql += ` when ${condition.sql} then ${value.sql}`;
      cases.push([condition.of, value.of]);
    }
    if (cases.length === 0) throw this.fail('expected when');
    if (!this.accept('else')) throw this.fail('expected else: every touch needs a weight');
    const otherwise = this.want(this.either(), 'number');
    if (!this.accept('end')) throw this.fail('expected end');
    return { kind: 'number', sql: `(${sql} else ${otherwise.sql} end)`, of: chosen(cases, otherwise.of) };
  }

  private want<K extends Kind>(node: Node, kind: K): NodeOf<K> {
    if (node.kind !== kind) throw this.fail(`expected a ${kind}, got a ${node.kind}`);
    return node as Node & NodeOf<K>;
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

function condition(sql: string, of: ConditionOf): Node {
  return { kind: 'condition', sql: `(${sql})`, of };
}
