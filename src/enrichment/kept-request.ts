/** What is kept of an address and of a user agent, as the brand says. What was kept in one of these forms before stays as it is. */
import { createHmac } from 'node:crypto';
import { readAddress } from '../domain/address.ts';
import { type IpStorage, storedIp } from './ip.ts';
import { isKeptAgent, keptAgent, type RequestAgent } from './kept-agent.ts';

export const AGENT_STORAGES = ['full', 'family', 'hashed', 'none'] as const;
export type AgentStorage = (typeof AGENT_STORAGES)[number];

/** How a brand keeps what its requests tell. */
export interface RequestStorage {
  ip: IpStorage;
  agent: AgentStorage;
}

const ADDRESS_PREFIX = 'ip_';
const HASH_DIGITS = 16;
const HASHED_ADDRESS = new RegExp(`^${ADDRESS_PREFIX}[0-9a-f]{${HASH_DIGITS}}$`);

/** True for an address that is kept as a hash. */
export const isHashedAddress = (text: string): boolean => HASHED_ADDRESS.test(text);

function hashOf(key: Uint8Array, about: string, text: string): string {
  return createHmac('sha256', key).update(`${about}\0${text}`).digest('hex').slice(0, HASH_DIGITS);
}

/** What is kept of an address; null if nothing is. @param key of hashes; without it, nothing is kept in place of a hash. */
export function keptAddress(text: string, storage: IpStorage, key: Uint8Array | undefined): string | null {
  if (isHashedAddress(text)) return storage === 'none' ? null : text;
  const address = readAddress(text);
  if (address === null) return null;
  if (storage !== 'hashed') return storedIp(address, storage);
  return key === undefined ? null : ADDRESS_PREFIX + hashOf(key, 'address', address);
}

/** What is kept of a user agent; null if nothing is. What it tells of device and program is kept in any case. */
export function keptUserAgent(
  text: string,
  agent: RequestAgent,
  storage: AgentStorage,
  key: Uint8Array | undefined,
): string | null {
  if (storage === 'none') return null;
  if (storage === 'full' || isKeptAgent(text)) return text;
  return keptAgent(text, agent, storage === 'hashed' && key !== undefined ? hashOf(key, 'agent', text) : null);
}
