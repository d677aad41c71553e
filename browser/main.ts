/**
 * The script of a shop's page (`GET /t.js`). It sends page views and what the page tells it, with a key of scope page. Without
 * `data-cookie` it stores nothing. docs/sources/browser.md.
 */
import { hereAgain, parameter, without } from './addresses.ts';
import { type Options, readOptions } from './options.ts';
import { makeSender } from './sender.ts';
import { makeViews } from './views.ts';
import { type Fields, makeVisitor, now, randomId } from './visitor.ts';

/** What pages call. */
interface Api {
  page(fields?: Fields): void;
  track(touchpoint_type: string, fields?: Fields): void;
  convert(fields: Fields): void;
  identify(customer_id?: string): void;
  /** True or false, or what the visitor said of each purpose: `{measurement: true, sharing: false}`. It is sent. */
  consent(said: boolean | Fields): void;
}

type Call = { [Name in keyof Api]: [name: Name, values: Parameters<Api[Name]>] }[keyof Api];

/** What the page put there before the script came: a list of its calls. */
interface Early {
  q?: Call[];
}

/** The id of the click that led here. It is taken out of the address, so that a copied link does not carry it. */
function takeClick({ click_parameter }: Options): string | undefined {
  const click = parameter(click_parameter);
  if (click === undefined) return undefined;
  try {
    history.replaceState(
      history.state,
      '',
      without(location.href, (name) => name === click_parameter),
    );
  } catch {
    // A document in a sandbox may not change its address.
  }
  return /^\w{1,64}$/.test(click) ? click : undefined;
}

/** Fields that name the visitor. */
const PERSONAL = ['customer_id', 'anonymous_id', 'session_id', 'message_id', 'click_ids'];

function start(options: Options): Api {
  const page: Document & { prerendering?: boolean } = document;
  const { is_private } = options;
  const click = takeClick(options);
  let may_send = !options.waits;
  let is_stopped = options.is_automated;
  const visitor = makeVisitor(options, click);
  const may = (): boolean => may_send && !is_stopped && !page.prerendering;
  const sender = makeSender(options, may, visitor.ids);
  const add = (endpoint: 'touchpoints' | 'conversions', event: Fields, id: string): void => {
    if (is_stopped) return;
    const made: Fields = { [id]: randomId(), occurred_at: now(), ...event };
    if (is_private) for (const name of PERSONAL) delete made[name];
    sender.add(endpoint, made);
  };
  const touch = (event: Fields): void => add('touchpoints', event, 'touchpoint_id');
  const views = makeViews(options, click, touch);
  const watch = (): void => {
    views.watch();
    addEventListener('pagehide', sender.flush);
    page.addEventListener('visibilitychange', () => {
      if (page.visibilityState === 'hidden') sender.flush();
    });
  };
  // A page that the browser prepares may never be seen.
  if (page.prerendering) page.addEventListener('prerenderingchange', watch, { once: true });
  else watch();
  return {
    page: views.show,
    track: (touchpoint_type, fields) => {
      const url = hereAgain(is_private);
      touch({ touchpoint_type, url, referrer: url, ...fields });
    },
    convert: (fields) => add('conversions', { conversion_page: hereAgain(is_private), ...fields }, 'conversion_id'),
    identify: visitor.identify,
    consent: (said) => {
      const is_given = typeof said === 'object' ? said['measurement'] !== false : said;
      // What was said goes out also where nothing else may. Without an id it would be about nobody.
      const { customer_id, anonymous_id } = visitor.ids();
      if (typeof said === 'object' && (customer_id ?? anonymous_id) !== undefined)
        sender.tell({ customer_id, anonymous_id, purposes: said, source: 'page', occurred_at: now() });
      may_send = is_given;
      is_stopped = options.is_automated || !is_given;
      if (is_given) return sender.flush();
      sender.drop();
      visitor.forget();
    },
  };
}

function run(): void {
  const page = window as unknown as { tributary?: Api & Early };
  const script = document.currentScript;
  const early = page.tributary;
  // The script may stand twice in a page.
  if (!(script instanceof HTMLScriptElement) || (early && !early.q)) return;
  const options = readOptions(script);
  if (options.key === '') {
    console.warn('tributary: the script has no data-key');
    return;
  }
  const api = start(options);
  page.tributary = api;
  for (const [name, values] of early?.q ?? []) (api[name] as (...given: unknown[]) => void)(...values);
}

run();
