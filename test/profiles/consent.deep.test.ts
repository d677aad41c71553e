/** Who denies profiling is in no segment by behaviour, and in no proposal of likely links. */
import { expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { brandRule } from '../../src/identity/kept-persons.ts';
import { readFeatures } from '../../src/identity/proposals/features.ts';
import { assignOnce } from '../../src/profiles/assign.ts';
import { resolvePosition } from '../../src/warehouse/position.ts';
import { order, touch } from '../support/events.ts';
import { type Shop, withShop } from '../support/shop.ts';
import { at, LAST_DAY_OF_MARCH_MS } from '../support/time.ts';

const CONFIG = { behavioural_segments: { default: { rules: { buyer: { orders_at_least: 1 } } } } };

function runAfter({ tributary }: Shop, days: number) {
  const [settings] = tributary.config.behavioural_segments;
  const reports = { ...tributary.reports, clock: () => LAST_DAY_OF_MARCH_MS + (days - 3) * MS_PER_DAY };
  return assignOnce(settings!, { reports, collector: tributary.collector }, new AbortController().signal);
}

async function known({ tributary }: Shop): Promise<string[]> {
  await tributary.collector.flush();
  const { warehouse, directory, settings } = tributary.reports;
  return warehouse.read(async (snapshot) => {
    const position = await resolvePosition(snapshot, undefined);
    await directory.makeRelation(snapshot, position, [brandRule('default', settings('default'))]);
    return (await readFeatures(snapshot, position, 'default')).map(({ person_id }) => person_id).sort();
  });
}

test('a denial of profiling, with any id of the person, ends segments; a later grant brings them back', () =>
  withShop(CONFIG, async (shop) => {
    const said = (day: number, profiling: boolean): Promise<void> =>
      shop.send('consents', { anonymous_id: 'device', purposes: { profiling }, occurred_at: at(day) });
    await shop.send('touchpoints', touch('t', 'website_visit', at(1), { customer_id: 'ann', anonymous_id: 'device' }));
    await shop.send('conversions', order('o1', '60', at(2)), order('o2', '60', at(2), { customer_id: 'bob' }));
    expect(await runAfter(shop, 0)).toMatchObject({ joined: 2, left: 0 });
    expect(await known(shop)).toEqual(['ann', 'bob']);
    await said(20, false);
    await said(21, true);
    await said(21, false);
    expect(await known(shop)).toEqual(['bob']);
    expect(await runAfter(shop, 1)).toMatchObject({ joined: 0, left: 1 });
    await said(22, true);
    expect(await known(shop)).toEqual(['ann', 'bob']);
    expect(await runAfter(shop, 2)).toMatchObject({ joined: 1, left: 0 });
  }));
