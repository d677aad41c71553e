/** The pages, in the order of the navigation. */
export const PAGES = [
  { path: '/', name: 'Overview' },
  { path: '/channels', name: 'Channels' },
  { path: '/campaigns', name: 'Campaigns' },
] as const;
