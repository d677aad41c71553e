/** Alerts that wait in state. They are written in the transaction that opens or ends an incident, so none is lost and none is made twice. */
import { hash } from 'node:crypto';
import type { Json, State, StateTransaction } from '../../state/port.ts';
import type { CheckName } from '../checks/names.ts';
import { type Incident, readIncident } from '../incidents.ts';
import type { AlertSettings } from '../settings.ts';

const OUTBOX = 'alert_outbox';
const TOLD = 'alert_told';
const STANDINGS = 'alert_standings';
const REPEAT_MS = { once: Number.POSITIVE_INFINITY, hourly: 3_600_000, daily: 86_400_000 } as const;

/** Longer than any cool-down. */
const KEPT_MS = 30 * 86_400_000;
const MOST_TOLD = 2_000;
/** Runs are about an hour apart, so a repeat may come a little early. */
const EARLY_MS = 5 * 60_000;

export type AlertEvent = 'opened' | 'still_open' | 'over';

export interface AlertItem {
  event: AlertEvent;
  incident: Incident;
}

/** One message about the incidents of one brand. */
export interface AlertMessage {
  message_id: string;
  brand_id: string;
  made_ms: number;
  items: AlertItem[];
}

export interface WaitingAlert {
  message: AlertMessage;
  tries: number;
  due_ms: number;
}

/** What was told of a thing that is watched. */
interface Told {
  incident_id: string;
  told_ms: number;
}

export interface AlertStanding {
  sent: number;
  given_up: number;
  last_sent_ms: number | null;
  /** Empty after a success. It names no secret. */
  last_error: string;
}

/** What changed in a run. */
export interface Changes {
  over: Incident[];
  /** All that are open now. */
  open: Incident[];
}

const wants = ({ brand_id, checks }: AlertSettings, incident: Incident): boolean =>
  (brand_id === null || brand_id === incident.brand_id) && (checks === null || checks.has(incident.check as CheckName));

const toldKey = (id: string, { brand_id, check, subject }: Incident): string =>
  `${id} ${brand_id} ${check} ${hash('sha256', subject, 'hex').slice(0, 32)}`;

/** Writes the message of a run for one alert, if there is anything to tell. */
export async function planAlert(
  state: StateTransaction,
  settings: AlertSettings,
  brand_id: string,
  changes: Changes,
  now_ms: number,
): Promise<void> {
  const { id, repeat, cool_down_ms } = settings;
  const items: AlertItem[] = [];
  const tell = async (event: AlertEvent, incident: Incident): Promise<void> => {
    items.push({ event, incident });
    await state.put(TOLD, toldKey(id, incident), { incident_id: incident.incident_id, told_ms: now_ms });
  };
  for (const incident of changes.open.filter((one) => wants(settings, one))) {
    const told = (await state.get<Json>(TOLD, toldKey(id, incident))) as unknown as Told | undefined;
    if (told?.incident_id === incident.incident_id) {
      if (now_ms - told.told_ms >= REPEAT_MS[repeat] - EARLY_MS) await tell('still_open', incident);
    } else if (told === undefined || now_ms - told.told_ms >= cool_down_ms) await tell('opened', incident);
  }
  for (const incident of changes.over.filter((one) => wants(settings, one))) {
    const told = (await state.get<Json>(TOLD, toldKey(id, incident))) as unknown as Told | undefined;
    // The end of what was never told is no news.
    if (told?.incident_id === incident.incident_id) await tell('over', incident);
  }
  if (items.length === 0) return;
  const name = items.map(({ event, incident }) => `${event} ${incident.incident_id}`).join(' ');
  const message_id = `alert_${hash('sha256', `${id} ${now_ms} ${name}`, 'hex').slice(0, 24)}`;
  const waiting: WaitingAlert = { message: { message_id, brand_id, made_ms: now_ms, items }, tries: 0, due_ms: now_ms };
  await putWaiting(state, id, waiting);
}

/** Forgets what was told long ago of things that are not open any more. */
export async function trimTold(state: StateTransaction, id: string, now_ms: number): Promise<void> {
  const entries = await state.list<Json>(TOLD, { prefix: `${id} `, limit: MOST_TOLD });
  for (const { key, value } of entries) {
    const { told_ms, incident_id } = value as unknown as Told;
    if (now_ms - told_ms < KEPT_MS) continue;
    const incident = await readIncident(state, incident_id);
    if (incident === undefined || incident.status === 'over') await state.delete(TOLD, key);
  }
}

const waitingKey = (id: string, { made_ms, message_id }: AlertMessage): string =>
  `${id} ${String(made_ms).padStart(15, '0')} ${message_id}`;

export const putWaiting = (state: StateTransaction, id: string, waiting: WaitingAlert): Promise<void> =>
  state.put(OUTBOX, waitingKey(id, waiting.message), waiting as unknown as Json);

export const dropWaiting = (state: StateTransaction, id: string, message: AlertMessage): Promise<boolean> =>
  state.delete(OUTBOX, waitingKey(id, message));

/** The oldest first. */
export async function readWaiting(state: Pick<State, 'list'>, id: string, limit: number): Promise<WaitingAlert[]> {
  const entries = await state.list<Json>(OUTBOX, { prefix: `${id} `, limit });
  return entries.map(({ value }) => value as unknown as WaitingAlert);
}

export async function readAlertStanding(state: Pick<State, 'get'>, id: string): Promise<AlertStanding> {
  const found = (await state.get<Json>(STANDINGS, id)) as unknown as AlertStanding | undefined;
  return found ?? { sent: 0, given_up: 0, last_sent_ms: null, last_error: '' };
}

export const writeAlertStanding = (state: StateTransaction, id: string, standing: AlertStanding): Promise<void> =>
  state.put(STANDINGS, id, standing as unknown as Json);
