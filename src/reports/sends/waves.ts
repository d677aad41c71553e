/** Divides blasts into waves: people who were sent at about one time. docs/semantics.md 26. */
import { isWave } from '../../domain/send-order.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill } from '../../warehouse/relation.ts';
import { MAX_WAVES } from './asked.ts';
import type { Blast } from './blasts.ts';
import { SEND_UNITS, SEND_WAVES } from './relations.ts';

export interface Wave {
  blast_no: number;
  wave_no: number;
  brand_id: string;
  /** The arm of a random order; null where the hour of sending makes the wave. */
  wave: string | null;
  at_ms: number;
  until_ms: number;
}

/** Makes `send_waves`. */
export async function makeWaves(snapshot: Snapshot, blasts: readonly Blast[]): Promise<Wave[]> {
  const waves = [...(await wavesByHour(snapshot, blasts)), ...(await wavesByOrder(snapshot, blasts))];
  await fill(
    snapshot,
    SEND_WAVES,
    waves.map((wave) => ({ ...wave })),
  );
  return waves;
}

/** Where nobody planned waves: the hours of sending, or the fewest hours together that make at most {@link MAX_WAVES}. */
async function wavesByHour(snapshot: Snapshot, blasts: readonly Blast[]): Promise<Wave[]> {
  const rows = await snapshot.query(
    `select blast_no, floor_div(sent_ms, ${MS_PER_HOUR}) as hour, min(sent_ms) as first_ms from ${SEND_UNITS.name}
     where wave is null and sent_ms is not null group by blast_no, floor_div(sent_ms, ${MS_PER_HOUR}) order by blast_no, hour`,
  );
  const hours = blasts.map((): Hour[] => []);
  for (const { blast_no, ...hour } of readAll(rows, { blast_no: 'number', hour: 'number', first_ms: 'number' }))
    hours[blast_no]!.push(hour);
  return blasts.flatMap((blast) => bucketsOf(hours[blast.blast_no]!, blast));
}

interface Hour {
  hour: number;
  first_ms: number;
}

function bucketsOf(hours: readonly Hour[], { blast_no, brand_id, from_ms }: Blast): Wave[] {
  const first_hour = Math.floor(from_ms / MS_PER_HOUR);
  for (let step = 1; ; step *= 2) {
    const buckets = new Map<number, Hour[]>();
    for (const one of hours) {
      const place = Math.floor((one.hour - first_hour) / step);
      const bucket = buckets.get(place);
      if (bucket === undefined) buckets.set(place, [one]);
      else bucket.push(one);
    }
    if (buckets.size > MAX_WAVES) continue;
    return [...buckets.values()].map((bucket, wave_no) => ({
      ...{ blast_no, wave_no, brand_id, wave: null },
      at_ms: bucket[0]!.first_ms,
      until_ms: (bucket.at(-1)!.hour + 1) * MS_PER_HOUR,
    }));
  }
}

/** One email in so many may go out before its wave begins, such as one to a colleague. */
const EARLY_PART = 100;

/**
 * The waves of random orders, each from the email on before which at most a hundredth of its emails were sent. The holdout of an
 * experiment is no wave: an arm of another name than those of waves is one if most of its people were sent.
 */
async function wavesByOrder(snapshot: Snapshot, blasts: readonly Blast[]): Promise<Wave[]> {
  const of_wave = 'partition by blast_no, wave';
  const rows = await snapshot.query(
    `with ranked as (
       select blast_no, wave, sent_ms, int64(row_number() over (${of_wave} order by case when sent_ms is null then 1 else 0 end, sent_ms)) as place,
         int64(count(sent_ms) over (${of_wave})) as emails, int64(count(*) over (${of_wave})) as people
       from ${SEND_UNITS.name} where wave is not null)
     select blast_no, wave, min(sent_ms) as at_ms, max(emails) as emails, max(people) as people from ranked
     where place = idiv(emails, ${EARLY_PART}) + 1 and emails > 0 group by blast_no, wave order by blast_no, wave`,
  );
  const shape = { blast_no: 'number', wave: 'text', at_ms: 'number', emails: 'number', people: 'number' } as const;
  const sent = readAll(rows, shape).filter(({ wave, emails, people }) => isWave(wave) || 2 * emails > people);
  return sent.map(({ blast_no, wave, at_ms }, place) => ({
    ...{ blast_no, wave, at_ms, until_ms: at_ms },
    // By blast and arm, so that no two waves of a blast have one number.
    wave_no: place,
    brand_id: blasts[blast_no]!.brand_id,
  }));
}
