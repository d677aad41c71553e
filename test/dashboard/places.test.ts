/** An address of the dashboard is a link: it opens in a new tab and after a reload. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DASHBOARD_PAGES } from '../../src/server/dashboard-routes.ts';

test('the server sends every page that the dashboard has', () => {
  const app = readFileSync(join(import.meta.dirname, '../../dashboard/app.tsx'), 'utf8');
  const paths = [...app.matchAll(/<Route path="([^"]+)"/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(15);
  expect([...DASHBOARD_PAGES].sort()).toEqual(paths.sort());
});
