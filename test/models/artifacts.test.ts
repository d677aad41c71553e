/** Stored artifacts: what was kept is read back, and what is damaged or foreign is refused with the reason. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import {
  type Artifact,
  type ArtifactModel,
  artifactId,
  artifactRow,
  type Content,
} from '../../src/models/artifacts/artifact.ts';
import { faultOfContent } from '../../src/models/artifacts/faults.ts';
import { readArtifact, soundArtifact } from '../../src/models/artifacts/stored.ts';
import { creditPath } from '../../src/models/hazard/credit.ts';
import { fitHazard, type LogLinearModel } from '../../src/models/hazard/fit.ts';
import { historiesOf } from '../../src/models/hazard/histories.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { listModels } from '../../src/reports/models.ts';
import type { Row } from '../../src/warehouse/schema.ts';
import { effects, keepArtifact } from '../reports/artifacts.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { type Shop, withShop } from '../support/shop.ts';
import { MARCH } from '../support/time.ts';
import { hazardWorld, WORKING } from './hazard-world.ts';

const world = hazardWorld({ ...WORKING, people: 300 });
const naming = { grain: 'channel', split_views: [] } as const;
const hazard = (family: 'logistic' | 'additive' | 'boosted_trees' | 'random_forest', histories = world): Content =>
  JSON.parse(JSON.stringify({ form: 'hazard', naming, fit: fitHazard(histories, { family }) }));
const contents: Record<string, [ArtifactModel, Content]> = {
  effects: ['data_driven', effects({ email: 0.3, search: 0.1 })],
  logistic: ['algorithmic', hazard('logistic')],
  additive: ['algorithmic', hazard('additive')],
  boosted_trees: ['algorithmic', hazard('boosted_trees')],
};

describe('content that training made', () => {
  test.each(Object.entries(contents))('is accepted: %s', (_, [model, content]) => {
    expect(faultOfContent(model, content)).toBeUndefined();
  });

  test('is accepted where there were no people to learn from', () => {
    expect(faultOfContent('algorithmic', hazard('logistic', historiesOf(world, [])))).toBeUndefined();
  });
});

type Json = Record<string, unknown>;
/** Every place in a JSON value: the object or array that holds it, and its key. */
function places(value: unknown, found: [Json, string][] = []): [Json, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Json, key]);
    places((value as Json)[key], found);
  }
  return found;
}

describe('damaged content', () => {
  test.each(Object.entries(contents).slice(1))(
    'is refused, or gives whole credit all the same: %s',
    (_, [, content]) => {
      const size = places(content).length;
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: size - 1 }),
          fc.constantFrom<unknown>(null, 'x', true, [], {}, 'left out'),
          (at, instead) => {
            const copy = structuredClone(content);
            const [holder, key] = places(copy)[at]!;
            if (instead !== 'left out') holder[key] = instead;
            else if (Array.isArray(holder)) holder.splice(Number(key), 1);
            else delete holder[key];
            if (faultOfContent('algorithmic', copy) !== undefined) return;
            const { fit } = copy as Extract<Content, { form: 'hazard' }>;
            const credit = creditPath(fit, {
              codes: [0, 1, 2, 0],
              ages_ms: [MS_PER_DAY, 2 * MS_PER_DAY, 3 * MS_PER_DAY, MS_PER_DAY / 2],
            });
            for (const weight of [...credit.weights, ...credit.incremental, credit.hazard_ratio])
              expect(Number.isFinite(weight)).toBe(true);
          },
        ),
        { numRuns: 300, seed: 1 },
      );
    },
  );

  test.each<[string, ArtifactModel, (content: Json) => void, RegExp]>([
    ['another form', 'algorithmic', () => {}, /its form is "effects" where "hazard" is expected/],
    ['an unknown grain', 'data_driven', (c) => (c['naming'] = { grain: 'shelf', split_views: [] }), /grain "shelf"/],
    ['an effect too few', 'data_driven', (c) => (c['effects'] as number[]).pop(), /effects are not one number per/],
    ['an effect that is no number', 'data_driven', (c) => (c['effects'] = [0.3, null]), /effects are not one number/],
    ['no probability', 'data_driven', (c) => delete c['conversion_probability'], /conversion_probability is not a/],
  ])('names what is wrong: %s', (_, model, damage, fault) => {
    const content = structuredClone(contents['effects']![1]) as unknown as Json;
    damage(content);
    expect(faultOfContent(model, content)).toMatch(fault);
  });

  test('names what is wrong: another version of a fit', () => {
    const content = structuredClone(contents['logistic']![1]) as Extract<Content, { form: 'hazard' }>;
    const fit = { ...content.fit, version: 3 };
    expect(faultOfContent('algorithmic', { ...content, fit })).toMatch(
      /version of its fit is 3, and this program reads versions 1 and 2; fit the model again/,
    );
  });

  test('of an earlier program stays in use: its effects multiply', () => {
    const content = structuredClone(contents['logistic']![1]) as Extract<Content, { form: 'hazard' }>;
    const { curvature: _curvature, ...model } = content.fit.model as LogLinearModel;
    const old = { ...content, fit: { ...content.fit, version: 1 as const, model } };
    expect(faultOfContent('algorithmic', old)).toBeUndefined();
    const path = { codes: Int32Array.of(0, 0), ages_ms: Float64Array.of(3 * MS_PER_DAY, MS_PER_DAY) };
    const multiplied = { ...content.fit, model: { ...model, curvature: 0 } };
    expect(creditPath(old.fit, path)).toEqual(creditPath(multiplied, path));
    expect(faultOfContent('algorithmic', { ...content, fit: { ...content.fit, model } })).toMatch(/curvature/);
  });
});

/** A stored row of a Markov fit, changed after it was made. */
async function keepDamaged({ reports }: Shop, damage: (row: Row) => void): Promise<string> {
  const gate = { passed: true, checks: [] };
  const card = { data: {}, metrics: {}, channels: [], limits: [], warnings: [], gate };
  const base = {
    family: 'markov',
    brands: ['default'],
    as_of: 'main:1',
    settings: {},
    content: effects({ email: 0.3 }),
  };
  const artifact: Artifact = {
    ...base,
    artifact_id: artifactId(base),
    model: 'data_driven',
    card,
    training_ms: 1,
    created_ms: 1,
  };
  const row = artifactRow(artifact);
  damage(row);
  await reports.warehouse.append({ model_artifacts: [row] });
  return artifact.artifact_id;
}

const edit = (column: string, from: string, to: string) => (row: Row) => {
  row[column] = (row[column] as string).replace(from, to);
};

describe('a damaged artifact in the warehouse', () => {
  test.each<[string, (row: Row) => void, RegExp]>([
    ['a number that was changed', edit('content', '0.3', '0.4'), /content does not belong to its id/],
    ['settings that were changed', edit('settings', '{}', '{"seed":2}'), /content does not belong to its id/],
    ['content that was cut off', edit('content', '}', ''), /content is not JSON/],
    ['a card that was cut off', edit('card', '{', ''), /card is not an object/],
    ['a card without a gate', edit('card', 'gate', 'fence'), /does not say whether it passed its gate/],
    [
      'a card of another outcome',
      edit('card', '"passed":true', '"passed":false'),
      /`passed` is not the result of the checks/,
    ],
    ['a model of another program', (row) => (row['model'] = 'data_driven_2'), /model "data_driven_2" is unknown/],
  ])('is refused with its id and the reason: %s', async (_, damage, reason) => {
    await withShop({}, async (shop) => {
      const id = await keepDamaged(shop, damage);
      const refused = {
        code: 'model_not_fitted',
        message: expect.stringMatching(new RegExp(`${id}.*${reason.source}`)),
      };
      await expect(shop.reports.warehouse.read((s) => readArtifact(s, id))).rejects.toMatchObject(refused);
    });
  });

  test('answers no report', async () => {
    await withShop({}, async (shop) => {
      const id = await keepDamaged(shop, edit('content', '0.3', '0.4'));
      await expect(
        attributionReport(shop.reports, { ...MARCH, model: 'data_driven' }, ALL_BRANDS),
      ).rejects.toMatchObject({
        code: 'model_not_fitted',
        message: expect.stringContaining(id),
      });
    });
  });

  test('is listed as one that did not pass its gate, with the reason', async () => {
    await withShop({}, async (shop) => {
      const id = await keepDamaged(shop, edit('card', '{', ''));
      const { models } = (await listModels(shop.reports, ALL_BRANDS)) as { models: object[] };
      expect(models).toContainEqual(
        expect.objectContaining({ artifact_id: id, passed: false, in_use: false, lacks: 'its card is not an object' }),
      );
    });
  });

  test('without brands is seen by keys of all brands only, and a request that names it is told why', async () => {
    await withShop({}, async (shop) => {
      const artifact = await keepDamaged(shop, edit('brands', '[', ''));
      expect(await listModels(shop.reports, { key_brand_id: 'default' })).toEqual({ models: [] });
      expect(await listModels(shop.reports, ALL_BRANDS)).toMatchObject({ models: [{ artifact_id: artifact }] });
      const asked = { ...MARCH, model: 'data_driven', artifact };
      await expect(attributionReport(shop.reports, asked, ALL_BRANDS)).rejects.toMatchObject({
        code: 'model_not_fitted',
        message: expect.stringContaining('its brands are not a list of names'),
      });
    });
  });

  test('is replaced by the same fit made again', async () => {
    await withShop({}, async (shop) => {
      const id = await keepDamaged(shop, edit('content', '0.3', '0.4'));
      const { warehouse } = shop.reports;
      expect(await warehouse.read((s) => soundArtifact(s, id))).toBeUndefined();
      expect(await keepArtifact(shop.reports, { content: effects({ email: 0.3 }) })).toBe(id);
      expect(await warehouse.read((s) => readArtifact(s, id))).toMatchObject({ content: effects({ email: 0.3 }) });
      await attributionReport(shop.reports, { ...MARCH, model: 'data_driven' }, ALL_BRANDS);
    });
  });
});
