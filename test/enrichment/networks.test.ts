/** The operator's own networks: they are found by the whole address, and only their names are kept. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { touchpoints } from '../../src/domain/touchpoint.ts';
import { machineRules } from '../../src/enrichment/machine-rules.ts';
import { type NetworkList, openNetworks } from '../../src/enrichment/networks.ts';
import { withoutPrivate } from '../../src/enrichment/private.ts';
import { PRIVACY } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { enrich, UA } from './options.ts';

const list = (name: string, cidrs: NetworkList['cidrs'], scope: NetworkList['scope'] = 'both'): NetworkList => ({
  name,
  cidrs,
  scope,
});
const GATEWAY = list('gateway', ['192.0.2.64/28', '2001:db8:7::/48'], 'clicks');

describe('the networks of an address', () => {
  const find = openNetworks([GATEWAY, list('wide', ['192.0.2.0/24', '198.51.100.7', '::ffff:10.0.0.0/104'])])!;
  it.each([
    ['192.0.2.63', ['wide']],
    ['192.0.2.64', ['gateway', 'wide']],
    ['192.0.2.79', ['gateway', 'wide']],
    ['192.0.2.80', ['wide']],
    ['198.51.100.7', ['wide']],
    ['198.51.100.8', []],
    ['10.200.3.4', ['wide']],
    ['2001:db8:7:ffff::1', ['gateway']],
    ['2001:db8:8::1', []],
    ['no address', []],
  ])('%s: %j', (address, names) => expect(find(address)).toEqual(names));

  it('are those whose range holds it, whatever the ranges', () => {
    const number = (parts: number[]): number => parts.reduce((sum, part) => sum * 256 + part, 0);
    const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const ranges = fc.array(fc.tuple(address, fc.integer({ min: 0, max: 32 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(ranges, address, (all, asked) => {
        const found = openNetworks(all.map(([start, bits], i) => list(`n${i}`, [`${start.join('.')}/${bits}`])))!;
        const inside = all.flatMap(([start, bits], i) =>
          Math.floor(number(start) / 2 ** (32 - bits)) === Math.floor(number(asked) / 2 ** (32 - bits))
            ? [`n${i}`]
            : [],
        );
        expect(found(asked.join('.'))).toEqual(inside.sort());
      }),
    );
  });
});

describe('a file of networks', () => {
  it('has a network in each line, with comments and further columns', () => {
    const file = join(temporaryFolder(), 'networks.csv');
    writeFileSync(file, '# gateways\n192.0.2.0/25,US,\r\n\n2001:db8::/32 # all\n');
    expect(openNetworks([list('mine', { file })])!('192.0.2.9')).toEqual(['mine']);
    writeFileSync(file, '192.0.2.0/25\n192.0.2/99\n');
    expect(() => openNetworks([list('mine', { file })])).toThrow(`${file}, line 2: "192.0.2/99" is no network`);
    expect(() => openNetworks([list('mine', { file: `${file}.not` })])).toThrow(
      /networks\.0\.cidrs\.file: .* cannot be read/,
    );
  });
});

describe('an event from such a network', () => {
  const options = { networks: openNetworks([GATEWAY]), machine_rules: machineRules({ networks: [GATEWAY] }) };
  const event = (touchpoint_type: string, ip_address: string) =>
    enrich({ touchpoint_type, user_agent: UA.iphone, ip_address }, options);
  it('is judged by the address before it is cut, for what the network is about', () => {
    const found = event('email_click', '192.0.2.70');
    expect([found.verdict, found.verdict_reasons, found.ip_address]).toEqual([
      'bot',
      '["scanner_network:gateway","browser_ua"]',
      '192.0.2.0',
    ]);
    expect(event('email_click', '192.0.2.90').verdict).toBe('human');
    expect(event('email_open', '192.0.2.70').verdict).toBe('human');
  });
  it('keeps its own evidence, and the same again when it is cleaned again', () => {
    const record = { touchpoint_type: 'email_click', ip_address: '192.0.2.70', evidence: '{"method":"GET"}' };
    const clean = withoutPrivate(record, touchpoints.private!, { ...PRIVACY, ...options });
    expect(clean).toEqual({
      touchpoint_type: 'email_click',
      ip_address: '192.0.2.0',
      evidence: '{"method":"GET","network":["gateway"]}',
    });
    const wide = openNetworks([list('zero', ['192.0.2.0/32'])]);
    expect(withoutPrivate(clean, touchpoints.private!, { ...PRIVACY, networks: wide })).toEqual(clean);
  });
});

describe('the configuration of machine traffic', () => {
  const refused = (machine_traffic: object) => () => makeConfig({ machine_traffic });
  it('is checked, by the name of the setting', () => {
    expect(refused({ weights: { multi_link: 3 } })).toThrow(
      /^config\.machine_traffic\.weights\.multi_link: is no rule; the rules are /,
    );
    expect(refused({ weights: { user_activation: 3 } })).toThrow(/user_activation: is 3; .* a sign of a person/);
    expect(refused({ weights: { method_head: -3 } })).toThrow(/method_head: is -3; .* a sign of a machine/);
    expect(refused({ suspect: 200 })).toThrow(/suspect: is 200, which is more than bot \(100\)/);
    expect(refused({ networks: [{ name: 'A b', cidrs: [] }] })).toThrow(/networks\.0\.name: "A b" is no name/);
    expect(refused({ networks: [{ name: 'a', cidrs: ['1.2.3.4/40'] }] })).toThrow(
      /networks\.0\.cidrs\.0: "1.2.3.4\/40" is no network/,
    );
    const twice = { name: 'a', cidrs: [] };
    expect(refused({ networks: [twice, twice] })).toThrow(/networks\.1\.name: a is there twice/);
    expect(refused({ settle_minutes: 3 })).toThrow(/unknown settings: settle_minutes/);
    expect(() => makeConfig({ collector_id: 'settled-verdicts' })).toThrow(/is a name of the program/);
  });
  it('has a default for all that is left out', () => {
    const { machine_rules, networks, settling } = makeConfig({ machine_traffic: { weights: { method_head: 70 } } });
    expect([machine_rules.weights.method_head, machine_rules.weights.user_activation, machine_rules.bot]).toEqual([
      70, -40, 100,
    ]);
    expect([networks, settling]).toEqual([[], { rules: true, settle_ms: 30_000, window_ms: 7_776_000_000 }]);
  });
});
