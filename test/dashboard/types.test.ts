/** The types that the pages are checked with are those of the answers. */
import { expect, test } from 'vitest';
// @ts-expect-error: programs of the build, in JavaScript
import { callTypes } from '../../client/types.mjs';
// @ts-expect-error
import { apiTypes } from '../../dashboard/types.mjs';
import { startServer } from '../server/harness.ts';

test('the types of answers and calls are made from the OpenAPI document (npm run types:dashboard writes them)', async () => {
  const server = await startServer();
  const { body } = await server.get('/openapi.json');
  await expect(await apiTypes(body)).toMatchFileSnapshot('../../dashboard/api/answers.d.ts');
  await expect(await callTypes(body)).toMatchFileSnapshot('../../client/calls.ts');
});
