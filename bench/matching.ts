/** Records of people in a file, joined without labels by the built program, beside labels that it sees only afterwards. */
import { execFileSync } from 'node:child_process';
import { show } from './report.ts';

export function benchMatching(
  people: string,
  { labels, label_pattern }: { labels: string | undefined; label_pattern: string | undefined },
): void {
  const given = label_pattern === undefined ? ['--labels', labels ?? people] : ['--label-pattern', label_pattern];
  const start = performance.now();
  const out = execFileSync(process.execPath, ['bin/tributary.js', 'identity', 'match', people, ...given, '--json'], {
    maxBuffer: 1 << 26,
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1_000;
  const { records, people: found, compared_pairs, threshold, quality } = JSON.parse(out);
  console.log(`identity: ${records} records in ${people}`);
  show('people', String(found));
  show('compared pairs', String(compared_pairs));
  show('threshold, chosen without labels', threshold.toFixed(4));
  show(
    'precision of pairs in clusters',
    `${quality.precision.toFixed(4)} (${quality.right_pairs} of ${quality.found_pairs})`,
  );
  show('recall', `${quality.recall.toFixed(4)} (of ${quality.true_pairs})`);
  show('F1', quality.f1.toFixed(4));
  show('time with the start of the program', `${seconds.toFixed(1)} s`);
}
