/** A visit, and the fields that the browser script sends with each of its pages. */
import type { Entry, Page } from './entries.ts';
import type { Device, Person } from './person.ts';

export interface Session {
  device: Device;
  session_id: string;
  /** Where the visit came from, repeated with every page. */
  origin: Record<string, string>;
  /** The page being looked at. */
  page: Page;
}

/** The fields that the landing page shows of the way to the site. A visit with none of them is direct. */
export function originOf(entry: Entry): Record<string, string> {
  const origin: Record<string, string> = {};
  for (const field of ['campaign_id', 'email_id', 'referrer'] as const) {
    const value = entry[field];
    if (value !== undefined) origin[field] = value;
  }
  return origin;
}

/** The tags of the landing URL as fields: later pages have a clean URL, so the browser script repeats them. */
export function tagsOf(entry: Entry): Record<string, string> {
  if (entry.utm_medium === undefined) return {};
  const tags: Record<string, string> = { utm_medium: entry.utm_medium };
  if (entry.utm_source !== undefined) tags.utm_source = entry.utm_source;
  if (entry.campaign_id !== undefined) tags.utm_campaign = entry.campaign_id;
  if (entry.utm_content !== undefined) tags.utm_content = entry.utm_content;
  return tags;
}

export function browserFields(person: Person, session: Session) {
  const { ip_address, country } = person.traits;
  const { user_agent } = session.device;
  const geo_location = { country };
  return { ...person.on(session.device), session_id: session.session_id, user_agent, ip_address, geo_location };
}
