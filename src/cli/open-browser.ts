/** Opens an address in the browser of the person at the terminal. */
import { spawn } from 'node:child_process';
import type { Io } from './io.ts';

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
  linux: ['xdg-open'],
};

/** True if a person sees a browser that is opened: there is a terminal, a display, and it is no build. */
function isSeen({ out_is_terminal, env }: Io, platform: NodeJS.Platform): boolean {
  if (!out_is_terminal || env['CI']) return false;
  return platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/**
 * Opens the address if a person sees it. The address is printed as well, so a browser that does not start is no failure.
 * @returns true if a browser was asked for.
 */
export function openBrowser(io: Io, address: string, platform = process.platform, start = spawn): boolean {
  const [command, ...parameters] = COMMANDS[platform] ?? [];
  if (command === undefined || !isSeen(io, platform)) return false;
  const browser = start(command, [...parameters, address], { stdio: 'ignore', detached: true });
  browser.once('error', () => undefined);
  browser.unref();
  return true;
}
