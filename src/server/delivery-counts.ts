/** Deliveries of configured sources, for the metrics. */
import { family } from './metric-text.ts';

export class DeliveryCounts {
  private readonly by_source = new Map<string, { taken: number; refused: number }>();

  /** Counts a delivery of a configured source. Unknown sources are not counted, so that nobody makes metrics from outside. */
  count(source: string, outcome: 'taken' | 'refused'): void {
    const counts = this.by_source.get(source) ?? { taken: 0, refused: 0 };
    counts[outcome] += 1;
    this.by_source.set(source, counts);
  }

  render(lines: string[]): void {
    const help = 'Webhooks of configured sources; refused ones had no proof of their origin';
    const samples = [...this.by_source].flatMap(([source, { taken, refused }]): Parameters<typeof family>[4] => [
      [{ source, outcome: 'taken' }, taken],
      [{ source, outcome: 'refused' }, refused],
    ]);
    family(lines, 'source_deliveries_total', 'counter', help, samples);
  }
}
