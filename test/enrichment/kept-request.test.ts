/** Addresses and user agents in the form that a brand wants: what reports show of device and verdict stays the same. */
import { expect, test } from 'vitest';
import { enrichSettings, makeConfig } from '../../src/config.ts';
import { recordKind } from '../../src/domain/index.ts';
import { type EnrichOptions, enrichTouchpoint } from '../../src/enrichment/enrich.ts';
import { enrichOptionsOf } from '../../src/enrichment/enrich-options.ts';
import { withoutPrivate } from '../../src/enrichment/private.ts';
import * as agents from '../../src/simulation/agents.ts';

const AGENTS = [
  ...Object.values(agents).flatMap((list) => (Array.isArray(list) ? (list as string[]) : [])),
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0',
  'curl/8.5.0',
  'GoogleImageProxy (via ggpht.com)',
  ' ',
  'x',
];
const STORAGES = ['full', 'family', 'hashed', 'none'] as const;
const config = makeConfig({
  customer_id_peppers: ['a-pepper-of-the-tests-0001'],
  brands: Object.fromEntries(
    STORAGES.map((storage) => [
      storage,
      { user_agent_storage: storage, ip_storage: storage === 'family' ? 'truncated' : storage },
    ]),
  ),
});

function kept(options: EnrichOptions, brand_id: string, user_agent: string, touchpoint_type: string) {
  const item = {
    brand_id,
    touchpoint_id: 't',
    touchpoint_type,
    user_agent,
    ip_address: '198.51.100.77',
    occurred_at: 0,
  };
  const fields = recordKind('touchpoints').private!;
  const clean = withoutPrivate(item, fields, options);
  expect(withoutPrivate(clean, fields, options)).toEqual(clean);
  return { clean, row: enrichTouchpoint(clean, options) };
}

test('device, browser, system and verdict are the same whatever is kept of the user agent', async () => {
  const options = await enrichOptionsOf(enrichSettings(config));
  for (const user_agent of AGENTS)
    for (const type of ['email_open', 'email_click', 'page_view']) {
      const whole = kept(options, 'full', user_agent, type).row;
      for (const storage of STORAGES) {
        const { row, clean } = kept(options, storage, user_agent, type);
        const { ip_address: _ip, ...told } = row;
        const { ip_address: _whole_ip, ...expected } = whole;
        expect({ user_agent, storage, type, ...told }).toEqual({ user_agent, storage, type, ...expected });
        if (storage !== 'full' && user_agent.length > 3) expect(JSON.stringify(clean)).not.toContain(user_agent);
      }
    }
});

test('an address is whole, cut, a keyed hash or gone, as the brand says', async () => {
  const options = await enrichOptionsOf(enrichSettings(config));
  const addresses = STORAGES.map((brand) => kept(options, brand, 'x', 'page_view').row.ip_address);
  expect(addresses).toEqual(['198.51.100.77', '198.51.100.0', expect.stringMatching(/^ip_[0-9a-f]{16}$/), null]);
  const other = makeConfig({
    customer_id_peppers: ['another-pepper-of-the-tests'],
    defaults: { ip_storage: 'hashed' },
  });
  const with_other = await enrichOptionsOf(enrichSettings(other));
  expect(kept(with_other, 'hashed', 'x', 'page_view').row.ip_address).not.toBe(addresses[2]);
});

test('a hash needs a pepper, and a pepper is long', () => {
  for (const defaults of [{ customer_ids: 'hashed' }, { ip_storage: 'hashed' }, { user_agent_storage: 'hashed' }])
    expect(() => makeConfig({ defaults })).toThrow(/config\.customer_id_peppers: is missing/);
  expect(() => makeConfig({ customer_id_peppers: ['short'] })).toThrow(
    /customer_id_peppers\.0: has fewer than 16 characters/,
  );
});
