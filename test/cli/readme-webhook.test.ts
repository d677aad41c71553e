/** "Run it" of the README, to the letter: its requests against a server with its configuration. The numbers are those that it promises. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { serving } from './harness.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const section = /## Run it\n([\s\S]*?)\n## /.exec(readme)![1]!;
/** The indented lines; a request may go over several. */
const commands = section
  .split('\n')
  .filter((line) => line.startsWith('    '))
  .map((line) => line.slice(4))
  .join('\n')
  .split(/\n(?=echo|node|curl)/);

type Credits = Record<string, { attributed_revenue: string }>;

test('the README leads from a webhook to the receipt', async () => {
  const folder = temporaryFolder();
  const [config] = commands;
  writeFileSync(join(folder, 'webhooks.json'), /'([\s\S]*)'/.exec(config!)![1]!);
  const { address, out, stop } = await serving(join(folder, 'data'), ['--config', join(folder, 'webhooks.json')]);
  onTestFinished(async () => void (await stop()));
  const keyOf = (scope: string): string => new RegExp(`trb_${scope}_[\\w-]+`).exec(out())![0];
  const env = {
    ...process.env,
    WRITE: keyOf('write'),
    READ: keyOf('read'),
    ADMIN: keyOf('admin'),
    PAGE: keyOf('page'),
  };
  const answers: string[] = [];
  for (const command of commands.filter((line) => line.startsWith('curl'))) {
    const there = command.replace('localhost:8400', address.replace('http://', ''));
    answers.push((await promisify(execFile)('sh', ['-c', there], { env })).stdout);
  }
  expect(JSON.parse(answers[0]!)).toEqual({ accepted: 1, ignored: 0, unusable: 0 });
  const [report, receipt, sources] = answers.slice(4, 7).map((answer) => JSON.parse(answer));
  expect(report.reconciliation).toMatchObject({ net_revenue_micros: '149990000' });
  const credited = receipt.touchpoints.filter(({ status }: { status: string }) => status === 'credited');
  const linear = credited.map(({ credit }: { credit: Credits }) => credit['linear']!.attributed_revenue);
  expect(linear).toEqual(['74.995000', '74.995000']);
  expect(JSON.stringify(receipt)).not.toContain('anna@example.com');
  expect(sources.sources[0]).toMatchObject({ source_id: 'mail', accepted: 1, letters: 0 });
});
