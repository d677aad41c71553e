/** "From your files to ROAS" of the README, to the letter: its commands on exports of vendors. The numbers are added up by hand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { ok } from './harness.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const section = /## From your files to ROAS\n([\s\S]*?)\n## /.exec(readme)![1]!;
const lines = section.split('\n').filter((line) => line.startsWith('    '));

/** A person who got an email and a visit by an ad; the ad by its id. One order of 150 USD, of which 50 came back; one of 100 EUR. */
const FILES: Record<string, string> = {
  'orders_export.csv': `Name,Email,Financial Status,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem sku,Refunded Amount,Cancelled at,Payment Method,Id,Discount Code,Source,Lineitem name,Lineitem price,Paid at
#2,carl@example.com,paid,EUR,100.00,100.00,2026-03-09 12:00:00 -0500,1,S1,0.00,,Card,6002,,web,Hat,100.00,2026-03-09 12:00:00 -0500
#1,Anna@Example.com,partially_refunded,USD,150.00,150.00,2026-03-05 10:00:00 -0500,1,S1,50.00,,Card,6001,,web,Hat,100.00,2026-03-05 10:00:00 -0500
#1,Anna@Example.com,,,,,2026-03-05 10:00:00 -0500,1,S2,,,,,,,Socks,50.00,
`,
  'klaviyo.csv': `Event,Timestamp,Email,Campaign Name,$message,URL
Clicked Email,2026-03-04T10:01:00+00:00,anna@example.com,March Sale,01H,https://shop.example/sale
`,
  'visits.csv': `visit time;visitor email;landing page
2026-03-05 09:00;anna@example.com;https://shop.example/?utm_source=google&utm_medium=cpc&utm_id=111
2026-03-09 09:00;carl@example.com;https://shop.example/?utm_source=facebook&utm_medium=paid_social&utm_id=222
`,
  'Campaign report.csv': `Campaign report
"March 1, 2026 - March 31, 2026"
Day,Campaign state,Campaign,Campaign ID,Currency code,Clicks,Cost
2026-03-05,Enabled,Brand,111,USD,"1,204","1,250.00"
2026-03-06,Enabled,Brand,111,USD, --, --
 --, --,Total: Campaigns, --,USD,"1,204","1,250.00"
`,
  'meta.csv': `"Day","Campaign name","Campaign ID","Amount spent (USD)"\n2026-03-09,"Prospecting US",222,55.00\n`,
};

test('the README leads from files to ROAS by campaign', async () => {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'rates.csv'), `date,currency,base,rate\n${/as in `(.*?)`/.exec(section)![1]}\n`);
  const config = /echo '(.*)' > tributary\.json/.exec(lines.join('\n'))![1]!;
  writeFileSync(join(folder, 'tributary.json'), config);
  const at = ['--data', join(folder, 'shop'), '--config', join(folder, 'tributary.json')];
  const run = async (line: string): Promise<string> => {
    const words = line
      .replace(/ +#.*/, '')
      .match(/"[^"]*"|\S+/g)!
      .slice(2);
    const argv = words.map((word) =>
      word.endsWith('.csv') || word.endsWith('.csv"') ? join(folder, word.replaceAll('"', '')) : word,
    );
    return ok([...argv, ...at], { ask: async () => 'y' });
  };
  const commands = lines.map((line) => line.trim()).filter((line) => line.startsWith('node '));
  expect(commands.map((line) => line.split(' ')[2])).toEqual([...Array<string>(5).fill('import'), 'report']);
  await run(/`(node bin\/tributary\.js import rates\.csv --yes)`/.exec(section)![1]!);
  let table = '';
  for (const command of commands) table = await run(command);
  // Anna's 100 USD are of the email and the ad, 50 each; Carl's 100 EUR are 110 USD at the rate 1.10. 50 / 1,250 = 0.04; 110 / 55 = 2.
  expect(table).toMatch(/March Sale +– +0 +(?:– +)+1 +0\.50 +50\.00 +(?:– +)+–/);
  expect(table).toMatch(/111 +(?:– +)+1 +0\.50 +50\.00 +(?:– +)+1,250\.00 +2,500\.00 +0\.04/);
  expect(table).toMatch(/222 +(?:– +)+1 +1\.00 +110\.00 +(?:– +)+55\.00 +55\.00 +2\.00/);
});
