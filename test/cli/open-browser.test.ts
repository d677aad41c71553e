/** The demo opens a browser only where a person sees it. */
import type { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { openBrowser } from '../../src/cli/open-browser.ts';

const ADDRESS = 'http://127.0.0.1:1/';

test.each([
  [{ out_is_terminal: true, env: { DISPLAY: ':0' } }, 'linux', ['xdg-open', ADDRESS]],
  [{ out_is_terminal: true, env: { WAYLAND_DISPLAY: 'wayland-0' } }, 'linux', ['xdg-open', ADDRESS]],
  [{ out_is_terminal: true, env: {} }, 'linux', null],
  [{ out_is_terminal: false, env: { DISPLAY: ':0' } }, 'linux', null],
  [{ out_is_terminal: true, env: { DISPLAY: ':0', CI: 'true' } }, 'linux', null],
  [{ out_is_terminal: true, env: {} }, 'darwin', ['open', ADDRESS]],
  [{ out_is_terminal: true, env: {} }, 'win32', ['cmd', '/c', 'start', '', ADDRESS]],
  [{ out_is_terminal: true, env: {} }, 'aix', null],
] as const)('%j on %s', (io, platform, wanted) => {
  const started: string[][] = [];
  const start = (command: string, parameters: string[]) => {
    started.push([command, ...parameters]);
    return Object.assign(new EventEmitter(), { unref: () => undefined });
  };
  expect(openBrowser(io as unknown as Io, ADDRESS, platform, start as unknown as typeof spawn)).toBe(wanted !== null);
  expect(started).toEqual(wanted === null ? [] : [wanted]);
});
