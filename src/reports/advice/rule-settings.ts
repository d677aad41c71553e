/** The rules of a brand on what its channels and emails must bring: `advice` in the configuration. docs/advice.md. */
import { type Static, Type } from '../../domain/typebox.ts';

const closed = { additionalProperties: false } as const;
const rule = (highest: number) =>
  Type.Object(
    {
      /** It fires when the whole 90 % interval lies below. */
      below: Type.Number({ exclusiveMinimum: 0, maximum: highest }),
      /** With fewer cases it says nothing: orders of the shop, or recipients. */
      least_cases: Type.Optional(Type.Integer({ minimum: 10, maximum: 1_000_000 })),
      /** For so long after its incident is over, the rule opens no other about the same. */
      cool_down_days: Type.Optional(Type.Number({ minimum: 0, maximum: 90 })),
    },
    closed,
  );

export const AdviceSchema = Type.Object(
  {
    /** Of each channel with spend: credited revenue / spend. */
    return_on_ad_spend: Type.Optional(rule(1_000)),
    /** Of each campaign: people who ordered / people with a delivery. */
    conversion_rate: Type.Optional(rule(1)),
    /** Of the brand: orders with a touch that earns credit / orders. */
    attributed_share: Type.Optional(rule(1)),
  },
  closed,
);

export const RULE_NAMES = ['return_on_ad_spend', 'conversion_rate', 'attributed_share'] as const;
export type RuleName = (typeof RULE_NAMES)[number];
export interface Rule {
  below: number;
  least_cases: number;
  cool_down_days: number;
}
export type AdviceRules = Partial<Record<RuleName, Rule>>;

const DEFAULTS: Readonly<Record<RuleName, Omit<Rule, 'below'>>> = {
  return_on_ad_spend: { least_cases: 30, cool_down_days: 7 },
  conversion_rate: { least_cases: 300, cool_down_days: 7 },
  attributed_share: { least_cases: 100, cool_down_days: 7 },
};

type AdviceFile = Static<typeof AdviceSchema>;
interface BrandFile {
  advice?: AdviceFile;
}

/** The rules of each brand of a configuration: its own over those of `defaults`. */
export function adviceRulesOf(content: {
  defaults?: BrandFile;
  brands?: Readonly<Record<string, BrandFile>>;
}): (brand_id: string) => AdviceRules {
  const base = rulesOver(content.defaults?.advice, {});
  const own = new Map(
    Object.entries(content.brands ?? {}).map(([brand_id, { advice }]) => [brand_id, rulesOver(advice, base)]),
  );
  return (brand_id) => own.get(brand_id) ?? base;
}

function rulesOver(file: AdviceFile = {}, base: AdviceRules): AdviceRules {
  const given = RULE_NAMES.flatMap((name) => {
    const own = file[name];
    return own === undefined ? [] : [[name, { ...DEFAULTS[name], ...base[name], ...own }] as const];
  });
  return { ...base, ...Object.fromEntries(given) };
}
