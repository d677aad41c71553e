import { describe, expect, it } from 'vitest';
import { DAY, HOUR, link, NOW, sale, touch, world } from './build.ts';
import { attribute, persons, type World } from './reference.ts';

/** id -> person of the default brand. */
function who(parts: Partial<World>): Record<string, string> {
  const entries = [...persons(world(parts))].map(([key, person]) => [key.replace('default\u0000', ''), person]);
  return Object.fromEntries(entries);
}

const known = (customer_id: string, anonymous_id: string, ago_ms: number) =>
  touch(`${customer_id}${anonymous_id}${ago_ms}`, ago_ms, { customer_id, anonymous_id });

describe('an anonymous id', () => {
  it('belongs to the first of two customers, and does not join them', () => {
    expect(who({ touchpoints: [known('c2', 'a', 2 * HOUR), known('c1', 'a', HOUR)] })).toEqual({
      a: 'c2',
      c1: 'c1',
      c2: 'c2',
    });
    expect(who({ touchpoints: [known('c2', 'a', HOUR), known('c1', 'a', HOUR)] })).toMatchObject({ a: 'c1' });
  });

  it('is none if a segment names it: then it is a customer, and no other gets it by a link', () => {
    const touchpoints = [known('c2', 'a', HOUR)];
    const identity_links = [link('l', 'c1', 'a')];
    const segment = { brand_id: 'default', log_seq: 1, segment_id: 's', segment_name: 'loyal' };
    const customer_segments = [{ ...segment, customer_id: 'c1', assigned_at: NOW, expires_at: null }];
    expect(who({ touchpoints, identity_links })).toEqual({ a: 'c2', c1: 'c2', c2: 'c2' });
    expect(who({ touchpoints, identity_links, customer_segments })).toEqual({ a: 'c2', c1: 'c1', c2: 'c2' });
  });

  it('takes its history with it', () => {
    const touchpoints = [touch('t', DAY, { anonymous_id: 'a' })];
    const conversions = [sale('o', 10, { customer_id: 'c', anonymous_id: 'a' })];
    const { orders } = attribute(world({ touchpoints, conversions }), { start_ms: NOW, end_ms: NOW + 1 });
    expect(orders[0]!.path.map((step) => step.touchpoint_id)).toEqual(['t']);
  });

  it('is a person of its own, or one with those it is linked with', () => {
    const touchpoints = [touch('t', HOUR, { anonymous_id: 'a2' }), touch('u', HOUR, { anonymous_id: 'a3' })];
    expect(who({ touchpoints, identity_links: [link('l', 'a2', 'a1')] })).toEqual({ a1: 'a1', a2: 'a1', a3: 'a3' });
  });

  it('shares the customer that its group was first linked with', () => {
    const touchpoints = [known('c2', 'a1', HOUR), known('c1', 'a2', 2 * HOUR)];
    expect(who({ touchpoints, identity_links: [link('l', 'a1', 'a2')] })).toEqual({
      a1: 'c1',
      a2: 'c1',
      c1: 'c1',
      c2: 'c2',
    });
  });

  it('is a customer once any record says so, and then is joined by an explicit link only', () => {
    const touchpoints = [known('c1', 'x', HOUR), touch('t', HOUR, { customer_id: 'x' })];
    expect(who({ touchpoints })).toEqual({ c1: 'c1', x: 'x' });
    expect(who({ touchpoints, identity_links: [link('l', 'x', 'c1')] })).toEqual({ c1: 'c1', x: 'c1' });
  });
});

describe('a link', () => {
  const touchpoints = [known('c', 'a', HOUR)];
  const unlinked = { state: 'unlinked' };

  it('is undone by unlinking, until a later record', () => {
    expect(
      who({ touchpoints, identity_links: [link('l', 'a', 'c', { ...unlinked, occurred_at: NOW - HOUR })] }),
    ).toMatchObject({ a: 'a' });
    expect(
      who({ touchpoints, identity_links: [link('l', 'a', 'c', { ...unlinked, occurred_at: NOW - HOUR - 1 })] }),
    ).toMatchObject({ a: 'c' });
    const again = [...touchpoints, known('c', 'a', -HOUR)];
    expect(who({ touchpoints: again, identity_links: [link('l', 'c', 'a', unlinked)] })).toMatchObject({ a: 'c' });
  });

  it('follows the latest statement, then the larger link_id', () => {
    const on = link('l1', 'c', 'a2');
    expect(who({ touchpoints, identity_links: [link('l2', 'a2', 'c', unlinked), on] })).toMatchObject({ a2: 'a2' });
    expect(who({ touchpoints, identity_links: [link('l0', 'a2', 'c', unlinked), on] })).toMatchObject({ a2: 'c' });
  });

  it('counts from its probability on', () => {
    expect(who({ touchpoints, identity_links: [link('l', 'c', 'a2', { probability: 0.5 })] })).toMatchObject({
      a2: 'c',
    });
    expect(who({ touchpoints, identity_links: [link('l', 'c', 'a2', { probability: 0.499 })] })).toMatchObject({
      a2: 'a2',
    });
  });

  it('joins customers into the smallest name, in code units', () => {
    const all = [
      touch('t', 0, { customer_id: 'c10' }),
      touch('u', 0, { customer_id: 'c2' }),
      touch('v', 0, { customer_id: 'C3' }),
    ];
    const identity_links = [link('l1', 'c2', 'c10'), link('l2', 'C3', 'c2')];
    expect(who({ touchpoints: all, identity_links })).toEqual({ c10: 'C3', c2: 'C3', C3: 'C3' });
    expect(who({ touchpoints: all, identity_links: identity_links.slice(0, 1) })).toEqual({
      c10: 'c10',
      c2: 'c10',
      C3: 'C3',
    });
  });

  it('never crosses brands', () => {
    const both = [known('c', 'a', HOUR), touch('t', HOUR, { brand_id: 'b2', anonymous_id: 'a' })];
    expect(persons(world({ touchpoints: both })).get('b2\u0000a')).toBe('a');
  });
});
