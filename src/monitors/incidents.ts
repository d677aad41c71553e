/** Incidents in state: what is wrong, since when, with evidence, and a next step. One is open at a time for each thing that is watched. */
import { hash } from 'node:crypto';
import { maySee } from '../domain/brand-access.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';
import type { CheckName } from './checks/names.ts';

/** Incidents by id; ids begin with the time of the opening, newest last. */
const INCIDENTS = 'incidents';
/** The id of the open incident of each thing that is watched. */
const OPEN = 'incidents_open';
/** Incidents that are kept; the oldest go. */
const MOST_INCIDENTS = 5_000;
/** The brand of what concerns the installation. No brand id holds this character. */
export const BRAND_OF_INSTALLATION = '*';

/** What a check found wrong. */
export interface Finding {
  check: CheckName;
  /** What it is about: a metric, a field, a campaign. With brand and check it names the incident. */
  subject: string;
  /** One sentence with the figures. */
  summary: string;
  next_step: string;
  since_ms: number;
  /** Numbers, the range that was expected, and samples that are not personal. */
  evidence: { [name: string]: Json };
}

export interface Incident extends Finding {
  incident_id: string;
  /** `*` for the installation. */
  brand_id: string;
  status: 'open' | 'over';
  opened_ms: number;
  updated_ms: number;
  over_ms: number | null;
  /** Why it is over: `usual` again, `accepted` as the new usual, or `gone`. */
  over_because: string | null;
}

const keyOf = (brand_id: string, { check, subject }: Pick<Finding, 'check' | 'subject'>): string =>
  `${brand_id} ${check} ${hash('sha256', subject, 'hex').slice(0, 32)}`;

/** The id sorts by the time of the opening, and is the same if the same run is made again. */
function idOf(brand_id: string, finding: Finding, now_ms: number): string {
  const time = Math.floor(now_ms / 1_000)
    .toString(36)
    .padStart(7, '0');
  return `inc_${time}${hash('sha256', `${keyOf(brand_id, finding)} ${time}`, 'hex').slice(0, 10)}`;
}

/** Opens an incident, or brings an open one up to date. */
export async function report(
  state: StateTransaction,
  brand_id: string,
  finding: Finding,
  now_ms: number,
): Promise<void> {
  const key = keyOf(brand_id, finding);
  const open = await state.get<string>(OPEN, key);
  const before = open === undefined ? undefined : await readIncident(state, open);
  const incident: Incident =
    before === undefined
      ? {
          ...{ incident_id: idOf(brand_id, finding, now_ms), brand_id, ...finding, status: 'open' },
          ...{ opened_ms: now_ms, updated_ms: now_ms, over_ms: null, over_because: null },
        }
      : { ...before, ...finding, since_ms: before.since_ms, updated_ms: now_ms };
  await write(state, incident);
  await state.put(OPEN, key, incident.incident_id);
}

/** Ends an incident. @returns it; undefined if none was open. */
export async function end(
  state: StateTransaction,
  brand_id: string,
  what: Pick<Finding, 'check' | 'subject'>,
  because: 'usual' | 'accepted' | 'gone',
  now_ms: number,
): Promise<Incident | undefined> {
  const key = keyOf(brand_id, what);
  const open = await state.get<string>(OPEN, key);
  if (open === undefined) return undefined;
  await state.delete(OPEN, key);
  const before = await readIncident(state, open);
  if (before === undefined) return undefined;
  const over: Incident = { ...before, status: 'over', updated_ms: now_ms, over_ms: now_ms, over_because: because };
  await write(state, over);
  return over;
}

/** The open incidents of a brand. */
export async function openIncidents(state: Pick<State, 'get' | 'list'>, brand_id: string): Promise<Incident[]> {
  const entries = await state.list<string>(OPEN, { prefix: `${brand_id} `, limit: MOST_INCIDENTS });
  const found = await Promise.all(entries.map(({ value }) => readIncident(state, value)));
  return found.filter((incident) => incident !== undefined);
}

export async function readIncident(state: Pick<State, 'get'>, id: string): Promise<Incident | undefined> {
  return (await state.get<Json>(INCIDENTS, id)) as unknown as Incident | undefined;
}

const write = (state: StateTransaction, incident: Incident): Promise<void> =>
  state.put(INCIDENTS, incident.incident_id, incident as unknown as Json);

/** Forgets the oldest incidents that are over. */
export async function trimIncidents(state: StateTransaction): Promise<void> {
  const entries = await state.list<Json>(INCIDENTS, { limit: MOST_INCIDENTS + 500 });
  for (const { key, value } of entries.slice(0, Math.max(0, entries.length - MOST_INCIDENTS)))
    if ((value as unknown as Incident).status === 'over') await state.delete(INCIDENTS, key);
}

export interface IncidentQuestion {
  /** Null for all brands. */
  brand_id: string | null;
  status?: Incident['status'] | undefined;
  check?: CheckName | undefined;
  /** Only incidents that went on in this time. */
  start_ms?: number | undefined;
  end_ms?: number | undefined;
  limit: number;
}

/** The newest first. Incidents of the installation are shown to keys for all brands only. */
export async function listIncidents(
  state: State,
  { brand_id, status, check, start_ms, end_ms, limit }: IncidentQuestion,
): Promise<Incident[]> {
  const found: Incident[] = [];
  for await (const { value } of everyEntry<Json>(state, INCIDENTS)) {
    const incident = value as unknown as Incident;
    if (!maySee(brand_id, [incident.brand_id])) continue;
    if (status !== undefined && incident.status !== status) continue;
    if (check !== undefined && incident.check !== check) continue;
    if (end_ms !== undefined && incident.since_ms >= end_ms) continue;
    if (start_ms !== undefined && incident.over_ms !== null && incident.over_ms < start_ms) continue;
    found.push(incident);
  }
  return found.reverse().slice(0, limit);
}
