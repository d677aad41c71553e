/** The cost of a campaign, in the report's currency. */

import type { Plan } from '../attribution/plan.ts';
import { RATE_DAYS, readRates } from '../attribution/rates.ts';
import { TributaryError } from '../domain/errors.ts';
import { daysOfZones, parseDate } from '../domain/time.ts';
import { labelOf } from '../enrichment/labels.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { readAll } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import { textList } from '../warehouse/sql-text.ts';

/** Other spellings of a campaign are looked for among this many campaigns. */
const MAX_CAMPAIGNS = 100_000;
const MAX_SPELLINGS = 20;

/**
 * Micros spent on a campaign on the days that begin in the period, or null if no spend was sent. Each amount converts at the
 * rate of its day and is rounded half away from zero. @throws missing_fx_rate naming the currencies and the day.
 */
export async function campaignSpend(snapshot: Snapshot, plan: Plan, campaign: string): Promise<bigint | null> {
  const rows: Row[] = [];
  for (const campaign_id of await spellingsInSpend(snapshot, plan, campaign))
    rows.push(
      ...(await snapshot.query(
        `select s.brand_id as brand_id, s.date as date, s.currency as currency, text128(sum128(s.amount_micros)) as micros
         from spend s where s.campaign_id = $campaign_id and ${atOrBefore('s', plan.positions.conversions)}
         group by s.brand_id, s.date, s.currency order by s.brand_id, s.date, s.currency`,
        { campaign_id },
      )),
    );
  const brands = new Map(plan.brands.map((brand) => [brand.brand_id, brand]));
  const startOf = daysOfZones();
  const in_period = rows.flatMap((row) => {
    const brand = brands.get(row['brand_id'] as string);
    const day = parseDate(row['date'] as string) as number;
    if (!brand) return [];
    const at_ms = startOf(day, brand.settings.time_zone);
    if (at_ms < brand.start_ms || at_ms >= brand.end_ms) return [];
    return [
      {
        brand,
        day,
        date: row['date'] as string,
        currency: row['currency'] as string,
        micros: BigInt(row['micros'] as string),
      },
    ];
  });
  if (in_period.length === 0) return null;
  const foreign = in_period.some(({ currency }) => currency !== plan.currency);
  const book = foreign ? await readRates(snapshot, plan) : undefined;
  return in_period.reduce((sum, { brand, day, date, currency, micros }) => {
    if (currency === plan.currency) return sum + micros;
    const rate = book!.find(brand.brand_id, day, currency, plan.currency);
    if (!rate) {
      throw new TributaryError(
        'missing_fx_rate',
        `spend: no rate from ${currency} to ${plan.currency} on ${date} or the ${RATE_DAYS - 1} days before; send it to /v1/fx_rates, or ask for another currency`,
        { field: 'currency' },
      );
    }
    return sum + (2n * micros * rate.num + rate.den) / (2n * rate.den);
  }, 0n);
}

/**
 * The campaign as the spend spells it. Labels of links are in lower case, and ad platforms name campaigns as they were typed. So
 * spend under other spellings of the label counts if none is under exactly this id.
 */
async function spellingsInSpend(snapshot: Snapshot, plan: Plan, campaign: string): Promise<string[]> {
  const brands = textList(plan.brands.map(({ brand_id }) => brand_id));
  const rows = await snapshot.query(
    `select distinct s.campaign_id as campaign_id from spend s
     where s.campaign_id is not null and s.brand_id in (${brands}) and ${atOrBefore('s', plan.positions.conversions)} order by campaign_id limit ${MAX_CAMPAIGNS}`,
  );
  const known = readAll(rows, { campaign_id: 'text' }).map(({ campaign_id }) => campaign_id);
  if (known.includes(campaign)) return [campaign];
  const label = labelOf(campaign);
  return known.filter((campaign_id) => labelOf(campaign_id) === label).slice(0, MAX_SPELLINGS);
}
