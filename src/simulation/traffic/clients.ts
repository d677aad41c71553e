/** The programs behind the requests of the corpus. Addresses are from the ranges for documentation. */
import type { Random } from '../../domain/random.ts';
import { DESKTOP_AGENTS, PHONE_AGENTS } from '../agents.ts';
import type { Client } from './message.ts';

const CHROME = DESKTOP_AGENTS[0];

/** The browser of a reader, which tells of a click by its headers. */
export function reader(random: Random): Client {
  const user_agent = random.pick([...PHONE_AGENTS, ...DESKTOP_AGENTS]);
  return { user_agent, ip_address: `203.0.113.${random.integer(1, 254)}`, headers: 'activated' };
}

/** A gateway that calls itself a browser, from one of several addresses. It sends no headers of a navigation. */
export function disguised(random: Random): Client {
  return { user_agent: CHROME, ip_address: `192.0.2.${random.integer(1, 254)}` };
}

/** A real browser without a reader. It sends all headers but that of a person's click. */
export function automated(random: Random): Client {
  return { ...disguised(random), headers: 'navigated' };
}

export const named = (user_agent: string): Client => ({ user_agent, ip_address: '192.0.2.7' });
