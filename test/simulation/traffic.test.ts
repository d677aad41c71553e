/** The labelled corpus of opens and clicks: what the rules find of it, and whom they lose. */
import { expect, test } from 'vitest';
import { precision, recall, scoreTraffic } from '../../src/simulation/traffic/score.ts';
import { ENRICHMENT } from '../support/events.ts';

const score = scoreTraffic(ENRICHMENT, 1, 20);
const alone = scoreTraffic(ENRICHMENT, 1, 20, true);

test('rules over several events find far more machines than single events do', () => {
  expect(recall(score.all)).toBeGreaterThan(0.7);
  expect(recall(alone.all)).toBeLessThan(0.5);
  expect(precision(score.all)).toBeGreaterThan(0.9);
});

test('the only reader who is lost looks like a gateway in every way that is seen', () => {
  expect(score.kinds.filter(({ persons_lost }) => persons_lost > 0).map(({ kind }) => kind)).toEqual([
    'every_link_at_once_old_browser',
  ]);
  expect(score.opens.persons_lost).toBe(0);
});

test('the same seed gives the same corpus', () => {
  expect(scoreTraffic(ENRICHMENT, 1, 20)).toEqual(score);
});
