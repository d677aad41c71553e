/** The pages, in the order of the navigation. Those `of_brands` are there for who may see several brands. */
export const PAGES = [
  { path: '/', name: 'Overview' },
  { path: '/brands', name: 'Brands', of_brands: true },
  { path: '/advice', name: 'Advice' },
  { path: '/channels', name: 'Channels' },
  { path: '/campaigns', name: 'Campaigns' },
  { path: '/changes', name: 'What changed' },
  { path: '/email', name: 'Email' },
  { path: '/journeys', name: 'Journeys' },
  { path: '/experiments', name: 'Experiments' },
  { path: '/customers', name: 'Customers', role: 'analyst' },
  { path: '/models', name: 'Models' },
  { path: '/quality', name: 'Data quality' },
  { path: '/incidents', name: 'Incidents' },
  { path: '/live', name: 'Live' },
] as const;

/** What of the view can be chosen. */
export type ViewChoice = 'period' | 'brand' | 'compare' | 'model' | 'currency' | 'filter';

const ALL: readonly ViewChoice[] = ['period', 'brand', 'compare', 'model', 'currency', 'filter'];

/** What acts on a page, where that is not everything. What does not act is not offered there. */
const ACTING: ReadonlyArray<readonly [page: RegExp, choices: readonly ViewChoice[]]> = [
  [/^\/brands$/, ['period', 'compare', 'model', 'currency']],
  [/^\/live$/, ['brand']],
  [/^\/lineage$/, []],
  [/^\/advice$/, ['period', 'brand', 'model', 'currency']],
  [/^\/experiments$/, ['period', 'brand', 'model', 'currency']],
  [/^\/experiments\/./, ['brand', 'currency']],
  [/^\/(quality|incidents)$/, ['period', 'brand']],
  [/^\/(orders|customers)\/./, ['brand', 'model', 'currency']],
  [/^\/(journeys|customers)$/, ['period', 'brand', 'model', 'currency', 'filter']],
  [/^\/models$/, ['period', 'brand', 'currency', 'filter']],
  [/^\/email$/, ['period', 'brand', 'compare', 'model', 'currency']],
  [/^\/campaigns\/./, ['period', 'brand', 'compare', 'model', 'currency']],
];

/** The choices that act on a page. */
export const choicesOf = (path: string): readonly ViewChoice[] => ACTING.find(([page]) => page.test(path))?.[1] ?? ALL;

/** The pages of admins. */
export const ADMIN_PAGES = [
  { path: '/admin/keys', name: 'Keys' },
  { path: '/admin/sources', name: 'Sources' },
  { path: '/admin/settings', name: 'Settings' },
] as const;
