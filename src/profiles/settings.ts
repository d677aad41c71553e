/** The settings of segments that follow from what people do. */
import { badRequest } from '../domain/errors.ts';
import { parseScaledDecimal } from '../domain/money.ts';
import { brandProblem } from '../domain/record.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { LIST_STATES } from '../reports/results/list-health.ts';

const closed = { additionalProperties: false } as const;
const MAX_DAYS = 3_650;
const MAX_RULES = 50;
const days = () => Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_DAYS }));
const orders = () => Type.Optional(Type.Integer({ minimum: 0 }));

const RuleSchema = Type.Object(
  {
    orders_at_least: orders(),
    orders_at_most: orders(),
    /** Net of refunds, in the currency of the brand. */
    revenue_at_least: Type.Optional(Type.String()),
    revenue_at_most: Type.Optional(Type.String()),
    /** The last order lies at most, or more than, so many days back. */
    last_order_within_days: days(),
    last_order_before_days: days(),
    first_order_within_days: days(),
    first_order_before_days: days(),
    /** One of the states of the report list_health. */
    email_state: Type.Optional(
      Type.Array(Type.Unsafe<string>({ type: 'string', enum: [...LIST_STATES] }), { minItems: 1 }),
    ),
  },
  closed,
);

const SegmentsSchema = Type.Object(
  {
    /** Recency, frequency and money by quintiles: one of the classes of `rfmClassOf` for each customer. */
    rfm: Type.Optional(Type.Boolean()),
    /** The state on the email list, as in the report list_health. */
    email: Type.Optional(Type.Boolean()),
    engaged_days: days(),
    lapsing_days: days(),
    dormant_days: days(),
    /** Segments of your own: who meets all conditions of a rule is in the segment of its name. */
    rules: Type.Optional(Type.Record(Type.String(), RuleSchema)),
    /** How often they are assigned; 24 when left out. */
    every_hours: Type.Optional(Type.Number({ minimum: 1, maximum: 168 })),
    /** An assignment ends after so many days, unless it is renewed; 30 when left out. */
    expire_days: Type.Optional(Type.Integer({ minimum: 2, maximum: MAX_DAYS })),
  },
  closed,
);
export const BehaviouralSegmentsSchema = Type.Record(Type.String(), SegmentsSchema);

/** A rule whose amounts are micros. */
export interface Rule extends Omit<Static<typeof RuleSchema>, 'revenue_at_least' | 'revenue_at_most'> {
  revenue_at_least_micros: bigint | null;
  revenue_at_most_micros: bigint | null;
}

export interface BehaviouralSegments {
  brand_id: string;
  rfm: boolean;
  email: boolean;
  limits: { engaged_days: number; lapsing_days: number; dormant_days: number };
  rules: ReadonlyMap<string, Rule>;
  every_hours: number;
  expire_days: number;
}

const RULE_NAME = /^[a-z][a-z0-9_]{0,59}$/;
/** Names that the program gives. */
const OWN_NAME = /^(?:rfm|email)_/;

/** @throws bad_request with the setting at fault. */
export function behaviouralSegments(content: Static<typeof BehaviouralSegmentsSchema>): BehaviouralSegments[] {
  return Object.entries(content).map(([brand_id, own]) => {
    const where = `config.behavioural_segments.${brand_id}`;
    const problem = brandProblem(brand_id);
    if (problem) throw badRequest(where, problem);
    const { rfm = true, email = true, rules = {}, every_hours = 24, expire_days = 30 } = own;
    const limits = {
      engaged_days: own.engaged_days ?? 30,
      lapsing_days: own.lapsing_days ?? 90,
      dormant_days: own.dormant_days ?? 180,
    };
    if (limits.engaged_days >= limits.lapsing_days || limits.lapsing_days >= limits.dormant_days)
      throw badRequest(where, 'engaged_days, lapsing_days and dormant_days must grow, such as 30, 90 and 180');
    if (expire_days * 24 < 2 * every_hours)
      throw badRequest(
        `${where}.expire_days`,
        'must be at least twice every_hours, so that an assignment is renewed before it ends',
      );
    if (Object.keys(rules).length > MAX_RULES) throw badRequest(`${where}.rules`, `has more than ${MAX_RULES} rules`);
    const read = new Map(
      Object.entries(rules).map(([name, rule]) => [name, ruleOf(`${where}.rules.${name.slice(0, 60)}`, name, rule)]),
    );
    return { brand_id, rfm, email, limits, rules: read, every_hours, expire_days };
  });
}

function ruleOf(where: string, name: string, rule: Static<typeof RuleSchema>): Rule {
  if (!RULE_NAME.test(name) || OWN_NAME.test(name))
    throw badRequest(
      where,
      'is not a name for a rule; use at most 60 lower-case letters, digits and underscores, the first one a letter, and no name that begins with rfm_ or email_',
    );
  if (Object.keys(rule).length === 0) throw badRequest(where, 'has no condition; everybody would be in it');
  const { revenue_at_least, revenue_at_most, ...rest } = rule;
  return {
    ...rest,
    revenue_at_least_micros: amountOf(`${where}.revenue_at_least`, revenue_at_least),
    revenue_at_most_micros: amountOf(`${where}.revenue_at_most`, revenue_at_most),
  };
}

function amountOf(where: string, text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const micros = parseScaledDecimal(text, 6, 6, 'the currency of the brand');
  if (typeof micros === 'string') throw badRequest(where, micros);
  return BigInt(micros);
}
