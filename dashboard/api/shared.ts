/** Whether the page was opened by a link that shows one view. Then nobody is signed in, and every question goes through the link. */
import type { View } from '../view.ts';

/** The path of the link; empty where somebody signs in. */
export const LINK = /^\/s\/[\w.-]+$/.exec(location.pathname)?.[0] ?? '';

let fixed: View | undefined;

/** The view of the link. Nothing changes it. */
export const fixedView = (): View | undefined => fixed;

export function fixView(view: View): void {
  fixed = view;
}
