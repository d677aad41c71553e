/** How long after the delivery people first open and click, by kind of campaign. */
import { ratio } from '../../domain/money.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { ReportJson } from '../context.ts';
import { ANSWERS, BUCKET_HOURS, PERCENTILES, type SendFigures } from './send-figures.ts';

export function answerTimes({ delivered: by_kind, times }: Pick<SendFigures, 'delivered' | 'times'>): ReportJson[] {
  const kinds = [...by_kind].map(([campaign_kind, delivered]) => ({ campaign_kind, delivered }));
  kinds.sort((a, b) => b.delivered - a.delivered || ((a.campaign_kind ?? '') < (b.campaign_kind ?? '') ? -1 : 1));
  return ANSWERS.flatMap((answer) =>
    kinds.map(({ campaign_kind, delivered }) => {
      const own = times[answer].get(campaign_kind);
      return {
        campaign_kind,
        answer,
        delivered,
        answered: own?.answered ?? 0,
        ...Object.fromEntries(
          PERCENTILES.map((p) => [`p${p}_hours`, ratio(own?.percentiles.get(p) ?? 0, own ? MS_PER_HOUR : 0)]),
        ),
        buckets: [...BUCKET_HOURS, null].map((until_hours, i) => ({
          from_hours: i === 0 ? 0 : BUCKET_HOURS[i - 1]!,
          until_hours,
          answered: own?.buckets.get(i) ?? 0,
          share: ratio(own?.buckets.get(i) ?? 0, own?.answered ?? 0),
        })),
      };
    }),
  );
}
