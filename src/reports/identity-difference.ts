/** What links that are only likely change in an attribution report: its sums with them beside those without them. */
import type { ReportContext, ReportJson } from './context.ts';
import type { IdentityLinks } from './tried-settings.ts';

const SUMS = ['attributed_conversions', 'email_conversions'] as const;
const MONEY = ['total_attributed_revenue_micros', 'email_attributed_revenue_micros'] as const;

type Ask = (context: ReportContext, identity: IdentityLinks, as_of: string) => Promise<ReportJson>;

/** Adds the field `identity_difference` to an answer, by the same report at the same position with the other links. */
export async function withIdentityDifference(
  answer: ReportJson,
  context: ReportContext,
  identity: IdentityLinks,
  ask: Ask,
): Promise<ReportJson> {
  const beside = identity === 'probable' ? 'deterministic' : 'probable';
  const other = await ask(context, beside, answer['as_of'] as string);
  const summaries = summariesOf(answer);
  const others = summariesOf(other);
  const by_model = [...summaries].map(([attribution_model, own]) => {
    const besides = others.get(attribution_model)!;
    return {
      attribution_model,
      ...Object.fromEntries(SUMS.map((name) => [name, Number(own[name]) - Number(besides[name])])),
      ...Object.fromEntries(
        MONEY.map((name) => [name, String(BigInt(own[name] as string) - BigInt(besides[name] as string))]),
      ),
    };
  });
  return { ...answer, identity_difference: { identity, beside, by_model } };
}

function summariesOf(answer: ReportJson): Map<string, ReportJson> {
  const models = answer['models'] as Record<string, ReportJson> | undefined;
  const parts: Array<[string, ReportJson]> =
    models === undefined ? [[answer['attribution_model'] as string, answer]] : Object.entries(models);
  return new Map(parts.map(([name, part]) => [name, part['summary'] as ReportJson]));
}
