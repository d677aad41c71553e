/** Page views: the first of a document, those of a page that changes its address by itself, and those of a page that comes back. */
import { here, hereAgain } from './addresses.ts';
import type { Options } from './options.ts';
import type { Fields } from './visitor.ts';

export interface Views {
  /** Counts a page view now. */
  show(fields?: Fields): void;
  /** Begins to watch, and counts the page that is shown. */
  watch(): void;
}

/** True if the visitor loaded this document again, or came back to it. */
function isAgain(): boolean {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return entry?.type === 'reload' || entry?.type === 'back_forward';
}

/** @param click the id of the click that led here, for the first page view. */
export function makeViews(
  { is_private, watches_replace }: Options,
  click: string | undefined,
  add: (event: Fields) => void,
): Views {
  /** The page view before, as it was sent, and as the address bar had it. */
  let last = '';
  let seen = '';
  const address = (): string => location.href.split('#', 1)[0]!;

  const count = (touchpoint_type: string, url: string, referrer: string, fields?: Fields): void => {
    last = url;
    seen = address();
    add({ touchpoint_type, url, referrer: referrer || undefined, ...fields });
  };
  /** A page view that is no arrival. Labels that stay in the address would make an arrival of it. */
  const again = (referrer: string, fields?: Fields): void =>
    count('page_view', hereAgain(is_private), referrer || hereAgain(is_private), fields);
  const show = (fields?: Fields): void => again(last, fields);

  const first = (): void => {
    // The referrer of a page that was loaded again is still the site that the visitor came from, maybe weeks ago.
    if (!click && isAgain()) {
      again('');
      return;
    }
    const before = document.referrer;
    const is_own = before !== '' && new URL(before).host === location.host;
    const referrer = is_private ? before.split('?', 1)[0]! : before;
    const fields = click && !is_private ? { click_ids: { ct: click } } : {};
    count(is_own && !click ? 'page_view' : 'website_visit', here(is_private), referrer, fields);
  };

  const moved = (): void => {
    if (address() !== seen) show();
  };
  const follow = (name: 'pushState' | 'replaceState'): void => {
    const original = history[name];
    history[name] = function (...change) {
      original.apply(this, change);
      moved();
    };
  };

  return {
    show,
    watch: () => {
      first();
      follow('pushState');
      if (watches_replace) follow('replaceState');
      addEventListener('popstate', moved);
      addEventListener('pageshow', ({ persisted }) => {
        if (persisted) again('');
      });
    },
  };
}
