/** Checks of destinations for commands: each is asked by its server, and what it says is a line. */
import { line } from '../present/clip.ts';
import type { Client, Json } from './client.ts';
import { pathPart } from './requests.ts';

/** The checks of one destination, or of all. */
export async function checkDestinations(client: Client, id?: string): Promise<Json[]> {
  const ids = id === undefined ? (await client.get('/v1/destinations')).destinations.map(idOf) : [id];
  return Promise.all(
    ids.map((own: string) => client.post(`/v1/destinations/${pathPart('destination_id', own)}/check`)),
  );
}

const idOf = ({ destination_id }: Json): string => destination_id;

/** What was found, in a line. */
export function checkLine({ destination_id, result, message, field, fix }: Json): string {
  if (result !== 'problem') return line`${destination_id}: ${WORDS[result] ?? result}: ${message}\n`;
  return line`${destination_id}: problem: ${field}: ${message}; ${fix}\n`;
}

const WORDS: Readonly<Record<string, string>> = { ok: 'ok', not_checked: 'not checked' };
