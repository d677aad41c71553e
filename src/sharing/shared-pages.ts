/**
 * The pages of the dashboard that can be shared, and everything that each of them asks. Who has a link can ask exactly this. The list is
 * closed: no page of it tells of a single person or order.
 */
import { badRequest } from '../domain/errors.ts';
import { parseDate } from '../domain/time.ts';

/** What a view shows. An empty text stands for a choice that is left to the brand. */
export interface SharedView {
  start: string;
  end: string;
  compare: string;
  brand_id: string;
  currency: string;
  model: string;
  filter: readonly string[];
}

/** A call of a report, with each value of each parameter. */
export interface Question {
  path: string;
  parameters: Readonly<Record<string, readonly string[]>>;
}

type Asked = Readonly<Record<string, string | readonly string[] | undefined>>;

const EMAIL = 'channel:email';
const NAMES = ['start', 'end', 'compare', 'brand_id', 'currency', 'model'] as const;
export const MAX_ADDRESS_LENGTH = 2_000;

/** A call with the parameters that have a value. */
function question(path: string, asked: Asked): Question {
  const given = Object.entries(asked).map(([name, value]): [string, string[]] => [
    name,
    (typeof value === 'object' ? [...value] : [value ?? '']).filter((one) => one !== ''),
  ]);
  return { path, parameters: Object.fromEntries(given.filter(([, values]) => values.length > 0)) };
}

/** The parameters of a view that reports of a period take. */
function ofView({ compare, ...view }: SharedView): Asked {
  return { ...view, compare: compare === 'none' ? undefined : compare };
}

const attribution = (view: SharedView, group_by: string): Question =>
  question('/v1/reports/attribution', { ...ofView(view), group_by });

/** With intervals. */
const sure = (view: SharedView, group_by: string, filter: readonly string[] = []): Question =>
  question('/v1/reports/attribution', {
    ...ofView(view),
    filter: [...view.filter, ...filter],
    group_by,
    intervals: 'true',
  });

const campaigns = (view: SharedView, filter: readonly string[] = []): Question =>
  question('/v1/reports/campaigns', { ...ofView(view), filter: [...view.filter, ...filter] });

/** The questions of each page; `id` is the part of its path after the slash. */
const PAGES: Readonly<Record<string, (view: SharedView, id: string) => Question[]>> = {
  '/': (view) => [
    sure(view, 'channel'),
    sure(view, 'campaign_kind'),
    ...['day', 'week', 'month'].flatMap((step) => [attribution(view, step), sure(view, step, [EMAIL])]),
    question('/v1/reports/today', { ...ofView(view), filter: undefined }),
    campaigns(view, [EMAIL]),
    question('/v1/reports/claims', {
      start: view.start,
      end: view.end,
      brand_id: view.brand_id,
      currency: view.currency,
      models: view.model,
    }),
  ],
  '/channels': (view) => [attribution(view, 'channel')],
  '/campaigns': (view) => [campaigns(view)],
  '/campaigns/:id': (view, id) => [
    question(`/v1/reports/campaigns/${id}`, { ...ofView(view), filter: undefined }),
    question('/v1/reports/attribution', { ...ofView(view), filter: [`campaign_id:"${id}"`], group_by: 'day' }),
    campaigns({ ...view, filter: [] }),
  ],
  '/changes': (view) => [
    question('/v1/reports/changes', {
      ...ofView({ ...view, compare: view.compare === 'none' ? 'previous_period' : view.compare }),
      group_by: 'channel',
    }),
  ],
  '/email': ({ start, end, brand_id, currency, model, compare }) => [
    question('/v1/reports/list_health', { start, end, brand_id, currency, compare: compare === 'none' ? '' : compare }),
    question('/v1/reports/fatigue', { start, end, brand_id }),
    question('/v1/reports/send_times', { start, end, brand_id, currency, model }),
  ],
  '/journeys': (view) => {
    const uncompared = { ...ofView(view), compare: undefined };
    return [
      question('/v1/reports/paths', { ...uncompared, by: 'channel', steps: '4' }),
      question('/v1/reports/lags', { ...uncompared, model: undefined, by: 'channel' }),
      question('/v1/reports/synergies', { ...uncompared, model: undefined }),
    ];
  },
  '/models': (view) => [question('/v1/reports/models', { ...ofView(view), model: undefined, compare: undefined })],
};

/** The pattern of a page that can be shared, and the id in its path. @throws bad_request. */
function pageOf(path: string): { page: string; id: string } {
  const [, first = '', id, more] = path.split('/');
  const page = id === undefined ? path : `/${first}/:id`;
  if (PAGES[page] === undefined || more !== undefined || id === '')
    throw badRequest(
      'address',
      `${JSON.stringify(path.slice(0, 60))} cannot be shared; these pages can, since they tell of no person: ${Object.keys(PAGES).join(', ')}`,
    );
  return { page, id: id === undefined ? '' : decodeURIComponent(id) };
}

/** Everything that a page asks for a view. */
export function questionsOf(path: string, view: SharedView): Question[] {
  const { page, id } = pageOf(path);
  return PAGES[page]!(view, id);
}

/** True if two calls ask the same, whatever the order of their parameters. */
export function sameQuestion(a: Question, b: Question): boolean {
  const text = ({ path, parameters }: Question): string =>
    JSON.stringify([path, Object.entries(parameters).sort(([x], [y]) => (x < y ? -1 : 1))]);
  return text(a) === text(b);
}

/** The call that an address makes. @param what what it has to be, in words. @throws bad_request for an address elsewhere. */
export function questionOf(address: string, what?: string): Question {
  const { path, search } = splitAddress(address, what);
  return { path, parameters: Object.fromEntries([...search.keys()].map((name) => [name, search.getAll(name)])) };
}

const OF_DASHBOARD = 'a path of the dashboard, such as /channels?model=linear';

/** A path of this server with its query. @param what what it has to be, in words. @throws bad_request for an address elsewhere. */
export function splitAddress(address: string, what = OF_DASHBOARD): { path: string; search: URLSearchParams } {
  if (!/^\/(?![/\\])/.test(address) || address.length > MAX_ADDRESS_LENGTH || !URL.canParse(address, 'http://here'))
    throw badRequest('address', `must be ${what}, of at most ${MAX_ADDRESS_LENGTH} characters`);
  const { host, pathname, searchParams } = new URL(address, 'http://here');
  if (host !== 'here') throw badRequest('address', 'must be a path of this server');
  return { path: pathname, search: searchParams };
}

/**
 * The page and the view of an address. What it leaves out has the default of the dashboard; days are left empty.
 * @throws bad_request for a page that cannot be shared, and for what no view has.
 */
export function readSharedAddress(address: string): { path: string; view: SharedView } {
  const { path, search } = splitAddress(address);
  pageOf(path);
  const view: SharedView = {
    ...{ start: '', end: '', compare: 'previous_period', brand_id: '', currency: '', model: 'linear' },
    filter: search.getAll('filter'),
  };
  for (const [name, value] of search) {
    if (name === 'filter') continue;
    if (!NAMES.includes(name as (typeof NAMES)[number]))
      throw badRequest(
        'address',
        `${JSON.stringify(name.slice(0, 60))} is not a part of a view; known are ${NAMES.join(', ')}, filter`,
      );
    view[name as (typeof NAMES)[number]] = value;
  }
  for (const day of [view.start, view.end]) {
    const fault = day === '' ? 0 : parseDate(day);
    if (typeof fault === 'string') throw badRequest('address', fault);
  }
  return { path, view };
}
