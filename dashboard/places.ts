/** The pages, in the order of the navigation. */
export const PAGES = [
  { path: '/', name: 'Overview' },
  { path: '/channels', name: 'Channels' },
  { path: '/campaigns', name: 'Campaigns' },
  { path: '/changes', name: 'What changed' },
  { path: '/email', name: 'Email' },
  { path: '/journeys', name: 'Journeys' },
  { path: '/customers', name: 'Customers', role: 'analyst' },
  { path: '/models', name: 'Models' },
  { path: '/quality', name: 'Data quality' },
  { path: '/live', name: 'Live' },
] as const;

/** The pages of admins. */
export const ADMIN_PAGES = [
  { path: '/admin/keys', name: 'Keys' },
  { path: '/admin/sources', name: 'Sources' },
  { path: '/admin/settings', name: 'Settings' },
] as const;
