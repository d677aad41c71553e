/** The comparison of two fits as a page of text. */
import type { ReportJson } from '../reports/context.ts';
import { tableOf } from './any.ts';
import { line } from './clip.ts';
import { reportTitle, reportWarnings } from './head.ts';
import { NOTHING, percent } from './table.ts';

type Row = Record<string, unknown>;

export function showArtifactComparison(answer: ReportJson, limit: number): string {
  const { first, second, channels, movers } = answer as unknown as {
    first: Row;
    second: Row;
    channels: Row[];
    movers: string[];
  };
  const rows = channels.map((row) => ({
    channel: row['channel'],
    first: row['first_revenue'],
    second: row['second_revenue'],
    difference: row['difference_revenue'],
    first_share: row['first_share'],
    second_share: row['second_share'],
    first_learned: learned(row, 'first'),
    second_learned: learned(row, 'second'),
  }));
  const moved =
    movers.length === 0 ? 'no channel moves by half a point or more\n' : movers.map((one) => line`${one}\n`).join('');
  const sides = line`first:  ${first['artifact_id']} (${first['attribution_model']}, ${first['family']})\nsecond: ${second['artifact_id']} (${second['attribution_model']}, ${second['family']})\n\n`;
  return `${reportTitle('Two fits', answer)}${sides}${tableOf(rows, limit)}\n${moved}${reportWarnings(answer)}`;
}

/** What a fit learned of a channel, with its 90 % interval. */
function learned(row: Row, side: 'first' | 'second'): string {
  const [share, low, high] = ['', '_low', '_high'].map((end) => row[`${side}_learned_share${end}`] as number | null);
  if (share === null || share === undefined) return NOTHING;
  return low === null || high === null ? percent(share) : `${percent(share)} (${percent(low!)} to ${percent(high!)})`;
}
