/** The statement that this site abides by Global Privacy Control (https://www.w3.org/TR/gpc/). */
import { Type } from '../domain/typebox.ts';
import type { Route } from './route.ts';

/** The day since which what the statement says holds. */
const LAST_UPDATE = '2026-11-28';

const Statement = Type.Object({ gpc: Type.Boolean(), lastUpdate: Type.String() });

export function gpcRoute(): Route {
  const statement = { gpc: true, lastUpdate: LAST_UPDATE };
  return {
    method: 'GET',
    path: '/.well-known/gpc.json',
    tag: 'collect',
    scope: null,
    summary: 'Global Privacy Control is honoured here',
    description:
      'A browser that asks not to be tracked (`Sec-GPC: 1`) denies that data of its person is shared: with events of pages, and with clicks and opens in emails.',
    answers: { 200: { description: 'The statement', schema: Statement, example: statement } },
    handle: async () => statement,
  };
}
