/** What is looked at: period, comparison, brand, currency, model and filters. It is in the address of the page, so a link shows the same. */
import { useLocation, useSearch } from 'wouter-preact';
import type { Parameters } from './api/ask.ts';
import { fixedView } from './api/shared.ts';
import { periodNamed, periodOf } from './parts/periods.ts';

export interface View {
  /** First day, and the day after the last one. */
  start: string;
  end: string;
  compare: string;
  brand_id: string;
  currency: string;
  model: string;
  filter: readonly string[];
}

const REMEMBERED = 'tributary.view';
const NAMES = ['start', 'end', 'compare', 'brand_id', 'currency', 'model'] as const;
/** The choices that the next visit begins with. */
const KEPT = ['compare', 'brand_id', 'currency', 'model'] as const;
const DEFAULT_PERIOD = 'last_30_days';
function remembered(): Partial<View> {
  try {
    const kept = JSON.parse(localStorage.getItem(REMEMBERED) ?? '{}') as Record<string, unknown>;
    const days = typeof kept['period'] === 'string' ? periodNamed(kept['period']) : undefined;
    return {
      ...Object.fromEntries(KEPT.flatMap((name) => (typeof kept[name] === 'string' ? [[name, kept[name]]] : []))),
      ...(days === undefined ? {} : { start: days.start, end: days.end }),
    };
  } catch {
    return {};
  }
}

/** A period with a name is kept by its name, so it moves on. Other days are not kept: those of last week are no use today. */
function remember(view: View): void {
  try {
    const kept = Object.fromEntries(KEPT.map((name) => [name, view[name]]));
    localStorage.setItem(REMEMBERED, JSON.stringify({ ...kept, period: periodOf(view)?.code }));
  } catch {
    // A browser that keeps nothing shows the defaults the next time.
  }
}

/** The view that an address names, with defaults for what it leaves out. */
export function readView(search: string): View {
  const given = new URLSearchParams(search);
  const { start, end } = periodNamed(DEFAULT_PERIOD)!;
  const view: View = {
    start,
    end,
    compare: 'previous_period',
    brand_id: '',
    currency: '',
    model: 'linear',
    ...remembered(),
    filter: given.getAll('filter'),
  };
  for (const name of NAMES) view[name] = given.get(name) ?? view[name];
  return view;
}

/** The address of a page with a view. */
export function withView(path: string, view: View): string {
  const search = new URLSearchParams();
  for (const name of NAMES) if (view[name] !== '') search.set(name, view[name]);
  for (const one of view.filter) search.append('filter', one);
  return `${path}?${search}`;
}

/** The address of this page with its view and what else the page keeps in its address. */
export function useAddress(): string {
  const search = useSearch();
  const [path] = useLocation();
  const [view] = useView();
  const others = othersIn(search);
  return [withView(path, view), ...(others.length === 0 ? [] : [new URLSearchParams(others)])].join('&');
}

/** Choices of one page, which its address has beside the view. */
function othersIn(search: string): Array<[name: string, value: string]> {
  const own: readonly string[] = [...NAMES, 'filter'];
  return [...new URLSearchParams(search)].filter(([name]) => !own.includes(name));
}

/** The values of a choice that only this page has, and how to change them. No value removes it from the address. */
export function useOwnChoice(name: string): [readonly string[], (values: readonly string[]) => void] {
  const search = useSearch();
  const [path, go] = useLocation();
  // A link shows a page without its choices.
  if (fixedView() !== undefined) return [[], () => undefined];
  return [
    new URLSearchParams(search).getAll(name),
    (values) => {
      const next = new URLSearchParams(search);
      next.delete(name);
      for (const value of values) next.append(name, value);
      go(`${path}?${next}`);
    },
  ];
}

/** The view, and how to change it. */
export function useView(): [View, (change: Partial<View>) => void] {
  const search = useSearch();
  const [path, go] = useLocation();
  const fixed = fixedView();
  const view = fixed ?? readView(search);
  return [
    view,
    (change) => {
      if (fixed !== undefined) return;
      const next = { ...view, ...change };
      remember(next);
      const others = new URLSearchParams(othersIn(search)).toString();
      go(withView(path, next) + (others === '' ? '' : `&${others}`));
    },
  ];
}

/** The parameters that reports of a period take. */
export function asked({ start, end, compare, brand_id, currency, model, filter }: View): Parameters {
  return {
    start,
    end,
    compare: compare === 'none' ? undefined : compare,
    brand_id,
    currency,
    model,
    filter,
  };
}
