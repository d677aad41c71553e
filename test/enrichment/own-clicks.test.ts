/** The id of a click that this product made, beside the ids of ad networks. */
import { expect, test } from 'vitest';
import { enrich } from './options.ts';

const ULID = '01JNP8Q0ZD4W4T4S9V0K3M7XRB';
const AD = 'https://shop.example/?gclid=Abc';

test('it is kept as it is, and decides no channel', () => {
  const found = enrich({ url: `https://shop.example/?ct=${ULID}` });
  expect(found).toMatchObject({ click_ids: `{"ct":"${ULID}"}`, channel: 'direct', channel_reason: 'none' });
  expect(enrich({ url: `${AD}&ct=${ULID}` }).channel_reason).toBe('click_id:gclid');
});

test('a parameter of the same name that other tools use is none', () => {
  for (const value of ['newsletter', '', `${ULID}0`, 'x'.repeat(26)])
    expect(enrich({ url: `https://shop.example/?ct=${value}` }).click_ids).toBeNull();
});

test('sent alone, it stands beside the ids of the URL; with any other sent id the URL is not read', () => {
  const alone = enrich({ url: AD, click_ids: `{"ct":"${ULID}"}` });
  expect(alone).toMatchObject({ click_ids: `{"ct":"${ULID}","gclid":"Abc"}`, channel: 'paid_search' });
  const sent = `{"ct":"${ULID}","fbclid":"x"}`;
  expect(enrich({ url: AD, click_ids: sent }).click_ids).toBe(sent);
  expect(enrich({ url: AD, click_ids: '{"fbclid":"x"}' }).click_ids).toBe('{"fbclid":"x"}');
});
