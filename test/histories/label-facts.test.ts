/** What is known of labels grows with them, and lists that part after a rebuild do not share what comes later. */
import { expect, test } from 'vitest';
import { extendHistories } from '../../src/histories/extend.ts';
import { fillHistories } from '../../src/histories/fill.ts';
import type { Histories } from '../../src/histories/histories.ts';
import { continueLabels, factsOf, groupLabels } from '../../src/histories/label-facts.ts';
import { rebuildHistories } from '../../src/histories/rebuild.ts';
import { currentPosition } from '../../src/warehouse/position.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { touch } from '../support/events.ts';
import { at } from '../support/time.ts';

const event = (id: string, type: string): WireEvent => ({
  record: 'touchpoints',
  event: touch(id, type, at(5), { campaign_id: id }),
});

/** The facts and groups of a list as they are when nothing was known before. */
function anew({ labels }: Histories) {
  const list = [...labels];
  return { clicks: factsOf(list).is_click.slice(0, list.length), groups: groupLabels(list, ['campaign_id']) };
}

test('a rebuilt list of labels may go on otherwise than the one that it was made from', async () => {
  const engine = await Engine.open();
  try {
    await engine.load([event('first', 'email_click')]);
    const { warehouse } = engine;
    const old = (await warehouse.read((snapshot) => fillHistories(snapshot)))!;
    const made = await rebuildHistories(old);
    // The old list goes on while the new one waits for its turn.
    const other = { ...old.labels[0]!, touchpoint_type: 'website_visit', campaign_id: 'other' };
    const longer = [...old.labels, other];
    continueLabels(old.labels, longer);
    expect(factsOf(longer).is_click[1]).toBe(0);
    expect(groupLabels(longer, ['campaign_id']).values[1]).toEqual(['other']);
    await engine.load([event('second', 'email_click')]);
    await warehouse.read(async (snapshot) => extendHistories(made, snapshot, await currentPosition(snapshot)));
    const { clicks, groups } = anew(made);
    expect(factsOf(made.labels).is_click.slice(0, 2)).toEqual(clicks);
    expect(groupLabels(made.labels, ['campaign_id']).values).toEqual(groups.values);
  } finally {
    await engine.close();
  }
});
