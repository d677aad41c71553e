/** A person of very many linked ids is answered like any other, far within the limit of 60 s that the engine of the tests has. */
import { expect, test } from 'vitest';
import { customerReport } from '../../src/reports/customer.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import type { Json } from '../support/shop.ts';
import { DEEP } from '../support/tier.ts';
import { at } from '../support/time.ts';

const LINKS = DEEP ? 100_000 : 20_000;

const link = (no: number, left_id: string, right_id: string): WireEvent => ({
  record: 'identity_links',
  event: { link_id: `link-${no}`, left_id, right_id, kind: 'login', occurred_at: at(1) },
});

/** An id with more certain links than this is shared by many people, and is kept apart. */
const MOST_LINKS = 1_000;

test.each([
  ['a chain', (no: number) => link(no, `id-${no}`, `id-${no + 1}`)],
  ['a star of stars', (no: number) => link(no, `id-${Math.floor(no / (MOST_LINKS - 1))}`, `id-${no + 1}`)],
])('a customer whose very many links are %s is answered', async (_form, linkOf) => {
  const engine = await Engine.open();
  await engine.load(
    [
      ...Array.from({ length: LINKS }, (_, no) => linkOf(no)),
      { record: 'touchpoints', event: touch('first', 'email_click', at(2), { anonymous_id: `id-${LINKS}` }) },
      { record: 'conversions', event: order('last', '10.00', at(3), { customer_id: 'id-0' }) },
    ],
    20_000,
  );
  const { person, journeys }: Json = await customerReport(engine.reports, 'id-0', {}, ALL_BRANDS);
  expect([person.ids.length, person.ids_truncated, person.links.length]).toEqual([1_000, true, 200]);
  expect(journeys).toMatchObject([
    { touchpoints: [{ touchpoint_id: 'first' }], conversions: [{ conversion_id: 'last' }] },
  ]);
  await engine.close();
});
