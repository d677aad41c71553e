/** What the emails of an experiment cost, from the log. */

import type { Plan } from '../../../attribution/plan.ts';
import { missingRate } from '../../../attribution/rates.ts';
import type { Design } from '../../../domain/experiment.ts';
import { MICROS_PER_UNIT } from '../../../domain/money.ts';
import { read } from '../../../warehouse/read-row.ts';
import { type ReportContext, readOptions } from '../../context.ts';
import { spendOfDesign } from '../../incrementality/spent.ts';
import { makeSpend, makeSpendLines } from '../../spend.ts';

/**
 * Spend on the days of an experiment: of its campaign or channel, or of the channel `email` where it is about every email. Null if there is none.
 * @throws missing_fx_rate naming the currency and the day.
 */
export async function spendOf(context: ReportContext, plan: Plan, design: Design): Promise<number | null> {
  const { start_ms, end_ms, brand_id, field, name } = spendOfDesign(design);
  const brands = plan.brands
    .filter((brand) => brand.brand_id === brand_id)
    .map((brand) => ({ ...brand, start_ms, end_ms }));
  const own: Plan = { ...plan, brands };
  return context.warehouse.read(async (snapshot) => {
    const spend = await makeSpend(snapshot, own, await makeSpendLines(snapshot, own));
    if (spend === null) return null;
    const by_campaign = field === 'campaign_id' && name !== null;
    const [row] = await snapshot.query(
      `select text128(coalesce(sum128(s.micros), int128(0))) as micros, count_where(s.is_known = 0) as unknown, count(*) as lines
       from ${spend.amounts.name} s where ${by_campaign ? 's.campaign_id = $campaign_id' : 'lower(s.channel) = lower($channel)'}`,
      by_campaign ? { campaign_id: name } : { channel: name ?? 'email' },
    );
    const { micros, unknown, lines } = read(row, { micros: 'bigint', unknown: 'number', lines: 'number' });
    const [missing] = spend.missing;
    if (unknown > 0 && missing !== undefined) throw missingRate('spend', missing.currency, plan.currency, missing.date);
    return lines === 0 || micros <= 0n ? null : Number(micros) / MICROS_PER_UNIT;
  }, readOptions(context));
}
