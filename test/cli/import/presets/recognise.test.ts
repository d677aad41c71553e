/** Which preset a file is taken for, and what is asked for before an import by one. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstRows } from '../../../../src/cli/import/sample.ts';
import { PRESETS } from '../../../../src/mapping/presets/index.ts';
import { isOfPreset } from '../../../../src/mapping/presets/preset.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { cli } from '../../harness.ts';
import { EXPORTS, presetOf } from './exports.ts';

const files = readdirSync(EXPORTS);
const data = join(temporaryFolder(), 'none');
const run = (...words: string[]) => cli(['import', ...words, '--data', data]);

describe('an export', () => {
  it.each(files)('%s is of one preset, and is proposed by it', async (file) => {
    const path = join(EXPORTS, file);
    const { columns } = await firstRows(path, {}, PRESETS);
    const names = PRESETS.filter((preset) => isOfPreset(preset, columns)).map(({ name }) => name);
    expect(names).toEqual([presetOf(file)]);
    const { code, out } = await run(path);
    expect(code).toBeGreaterThan(0);
    expect(out).toContain(`preset ${presetOf(file)}\n`);
  });

  it('has a golden file for each preset, and its line in the docs', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../../../docs/import.md'), 'utf8');
    for (const { name, title } of PRESETS) {
      expect(files.map(presetOf)).toContain(name);
      expect(docs).toContain(`| \`${name}\` | ${title} |`);
    }
  });

  it('of another preset is refused in words, with at most three of the names that a column may have', async () => {
    for (const { name } of PRESETS) {
      const { code, err } = await run(join(EXPORTS, 'meta_ads_cost.csv'), '--preset', name, '--dry-run');
      expect(code === 0).toBe(name === 'meta_ads_cost');
      expect(err).not.toMatch(/\/\^|\|/);
    }
  });

  it('of Klaviyo may call the metric Event, and lack values: then it has no orders', async () => {
    const path = join(temporaryFolder(), 'klaviyo.csv');
    const lines = ['Event,Timestamp,Email,Campaign Name,$message,URL'];
    for (const event of ['Opened Email', 'Clicked Email', 'Placed Order'])
      lines.push(`${event},2026-03-04T10:00:00+00:00,anna@example.com,November Sale,01H,`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    const { code, out } = await run(path, '--yes', '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain('preset klaviyo_table\n');
    expect(out).toMatch(/accepted\s+2\n/);
  });

  it('is known below lines of titles, and with a byte order mark', async () => {
    const text = readFileSync(join(EXPORTS, 'shopify_orders.csv'), 'utf8');
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'in'));
    const path = join(folder, 'in', 'x.csv');
    writeFileSync(path, `\ufeffOrders of March\n\n${text}`);
    expect((await run(path)).out).toContain('preset shopify_orders\n');
    const { code, out } = await run(path, '--preset', 'shopify_orders', '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/accepted\s+12\n/);
  });

  it('of other columns is no preset, and a file of another preset is told by its name', async () => {
    const path = join(temporaryFolder(), 'orders.csv');
    writeFileSync(path, 'order_id,customer_id,total,currency,created_at\n1,a,2.00,USD,2026-03-01T10:00:00Z\n');
    expect((await run(path)).out).toContain('columns with known names');
    expect((await run(path, '--preset', 'stripe_balance')).err).toMatch(
      /--preset: stripe_balance reads Stripe balance report, but the file has no column balance_transaction_id, .*; export it at Reporting/,
    );
    expect((await run(join(EXPORTS, 'hubspot_deals.csv'), '--preset', 'hubspot_contacts')).err).toContain(
      '--preset hubspot_deals fits it',
    );
    const balance = join(temporaryFolder(), 'balance.csv');
    writeFileSync(balance, 'balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category\n');
    expect((await run(balance)).err).toContain('without the column charge_id, so its refunds belong to no order');
    writeFileSync(balance, 'id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC)\n');
    expect((await run(balance, '--preset', 'stripe_payments')).err).toContain('whose refunds name no charge');
    expect((await run(path, '--preset', 'magento')).err).toContain('--preset: magento is not one of shopify_orders, ');
    expect((await run('conversions', path, '--preset', 'stripe_balance')).err).toContain('leave out RECORD');
  });
});

describe('what a file does not say', () => {
  const analytics = join(EXPORTS, 'woocommerce_analytics.csv');

  it('is asked for before anything is loaded: the zone, then the currency', async () => {
    for (const how of [['--yes'], ['--preset', 'woocommerce_analytics']]) {
      const zone = await run(analytics, ...how);
      expect([zone.code, zone.err]).toEqual([1, expect.stringContaining('--time-zone: is missing: the times of WooC')]);
      const currency = await run(analytics, ...how, '--time-zone', 'UTC');
      expect([currency.code, currency.err]).toEqual([1, expect.stringContaining('write --set currency=EUR')]);
    }
    const flags = ['--time-zone', 'UTC', '--set', 'currency=EUR'];
    const { out } = await run(analytics, ...flags);
    expect(out).toContain(
      `to import it: tributary import ${analytics} --preset woocommerce_analytics --set currency=EUR --time-zone UTC\n`,
    );
    expect((await run(analytics, ...flags, '--yes', '--dry-run')).code).toBe(0);
  });

  it('changes the mapping of a preset by options, in each record that has the field', async () => {
    const path = join(EXPORTS, 'shopify_orders.csv');
    const flags = ['--map', 'custom_properties.tags=Tags', '--set', 'order_id=x', '--where', 'Name=#1002'];
    const { out } = await run(path, ...flags);
    expect(out).toContain('custom_properties.tags from Tags');
    expect(out.match(/ {2}order_id = x\n/g)).toHaveLength(4);
    expect(out.match(/line \d+: /g)).toHaveLength(2);
    expect((await run(path, '--map', 'referrer=Notes')).err).toContain('--map: referrer is not a field of conversions');
  });
});
