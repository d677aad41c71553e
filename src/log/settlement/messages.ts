/** Finds the messages of fresh events, and all that the rules over several events look at. */
import { CLICK_ID, CONTEXT_MS, LANDING_MS } from '../../enrichment/message-rules.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, type Position, SETTLED_COLLECTOR, withoutSettled } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import { latestVerdicts } from '../verdicts.ts';
import type { Range } from './page.ts';
import {
  SETTLE_DELIVERIES,
  SETTLE_EVENTS,
  SETTLE_FOUND,
  SETTLE_LANDINGS,
  SETTLE_MESSAGES,
  SETTLE_TRIGGERS,
} from './relations.ts';

/**
 * SQL for the message of a row, null if it names none. Without a `message_id`, an email to a customer is one message. The
 * separator is in no id.
 */
function messageOf(alias: string): string {
  const joined = (...parts: string[]): string => `concat(${parts.join(', chr(31), ')})`;
  return `case when ${alias}.message_id is not null then ${joined("'m'", `${alias}.message_id`)}
    when ${alias}.email_id is not null and ${alias}.customer_id is not null
      then ${joined("'e'", `${alias}.customer_id`, `coalesce(${alias}.campaign_id, '')`, `${alias}.email_id`)} end`;
}

const clickId = (alias: string): string => `json_text(${alias}.click_ids, '${CLICK_ID}')`;
const isJudged = (alias: string): string => `${alias}.touchpoint_type in ('email_open', 'email_click')`;
const isDelivery = (alias: string): string => `${alias}.event_type in ('delivered', 'sent')`;
/** Pages with a click id that no machine opened, by their own evidence. */
const isLanding = (alias: string): string =>
  `${alias}.touchpoint_type in ('page_view', 'website_visit') and ${alias}.click_ids is not null and ${alias}.verdict not in ('machine', 'bot')`;

/** SQL that is true for rows of the range. */
const within = (alias: string): string =>
  `${alias}.collector_id = $collector_id and ${alias}.log_seq > $from_seq and ${alias}.log_seq <= $to_seq`;
const isTimely = (alias: string): string =>
  `epoch_ms(${alias}.received_at) - epoch_ms(${alias}.occurred_at) <= $window_ms`;

/**
 * Makes the relations of a range: its messages, and their opens, clicks, deliveries and landings near the fresh events.
 * @returns false if no fresh event belongs to a message.
 */
export async function findMessages(
  snapshot: Snapshot,
  position: Position,
  range: Range,
  window_ms: number,
): Promise<boolean> {
  await makeTriggers(snapshot, position, range, window_ms);
  await materialise(
    snapshot,
    SETTLE_MESSAGES,
    `select row_number() over (order by brand_id, message) as message_no, brand_id, message, first_ms, last_ms
     from (select g.brand_id as brand_id, g.message as message, min(g.at_ms) as first_ms, max(g.at_ms) as last_ms
       from ${SETTLE_TRIGGERS.name} g group by g.brand_id, g.message) named`,
  );
  const [row] = await snapshot.query(
    `select count(*) as n, min(first_ms) as first_ms, max(last_ms) as last_ms from ${SETTLE_MESSAGES.name}`,
  );
  const { n, first_ms, last_ms } = read(row, { n: 'number', first_ms: 'number?', last_ms: 'number?' });
  if (n === 0) return false;
  await makeEvents(snapshot, position, { first_ms: first_ms!, last_ms: last_ms! });
  await makeDeliveries(snapshot, position, { first_ms: first_ms!, last_ms: last_ms! });
  await makeLandings(snapshot, position);
  return true;
}

async function makeTriggers(
  snapshot: Snapshot,
  position: Position,
  { collector_id, from, to }: Range,
  window_ms: number,
): Promise<void> {
  const parameters = { collector_id, from_seq: from, to_seq: to };
  const named = (alias: string, sql: string): string =>
    `select ${alias}.brand_id as brand_id, ${messageOf(alias)} as message, epoch_ms(${alias}.occurred_at) as at_ms ${sql}`;
  const parts = [
    named('t', `from touchpoints t where ${within('t')} and ${isJudged('t')} and ${isTimely('t')}`),
    named('e', `from email_events e where ${within('e')} and ${isDelivery('e')} and ${isTimely('e')}`),
  ];
  const [row] = await snapshot.query(
    `select (select count(*) from reclassifications r where ${within('r')}) as judged_again,
       (select count(*) from touchpoints v where ${within('v')} and ${isLanding('v')}) as landings`,
    parameters,
  );
  const { judged_again, landings } = read(row, { judged_again: 'number', landings: 'number' });
  if (judged_again > 0)
    parts.push(
      named(
        't',
        `from touchpoints t join (select distinct r.brand_id as brand_id, r.touchpoint_id as touchpoint_id from reclassifications r where ${within('r')}) j
           on j.brand_id = t.brand_id and j.touchpoint_id = t.touchpoint_id where ${atOrBefore('t', position)} and ${isJudged('t')}`,
      ),
    );
  if (landings > 0)
    parts.push(
      named(
        'k',
        `from touchpoints k join (
           select v.brand_id as brand_id, ${clickId('v')} as click_id, min(epoch_ms(v.occurred_at)) as first_ms, max(epoch_ms(v.occurred_at)) as last_ms
           from touchpoints v where ${within('v')} and ${isLanding('v')} and ${isTimely('v')} group by v.brand_id, ${clickId('v')}) w
           on w.brand_id = k.brand_id and w.click_id = ${clickId('k')}
         where ${atOrBefore('k', position)} and k.touchpoint_type = 'email_click' and k.click_ids is not null
           and epoch_ms(k.occurred_at) >= w.first_ms - ${CONTEXT_MS} and epoch_ms(k.occurred_at) <= w.last_ms + ${CONTEXT_MS}`,
      ),
    );
  await materialise(
    snapshot,
    SETTLE_TRIGGERS,
    `select brand_id, message, at_ms from (${parts.join(' union all ')}) named where message is not null`,
    { ...parameters, window_ms },
  );
}

interface Times {
  first_ms: number;
  last_ms: number;
}

/** SQL that is true for rows near the fresh events. The first part lets the engine skip most of the table. */
function isNear(alias: string, { first_ms, last_ms }: Times): string {
  const far_ms = 2 * CONTEXT_MS;
  return `${alias}.occurred_at >= instant(${first_ms - far_ms}) and ${alias}.occurred_at <= instant(${last_ms + far_ms})
    and epoch_ms(${alias}.occurred_at) >= m.first_ms - ${far_ms} and epoch_ms(${alias}.occurred_at) <= m.last_ms + ${far_ms}`;
}

const OWN = [
  'brand_id',
  'touchpoint_id',
  'subject_key',
  'touchpoint_type',
  'url',
  'user_agent',
  'ip_address',
  'click_ids',
  'evidence',
  'collector_id',
  'log_seq',
] as const;
/** What a reclassification says. */
const CLASSIFIED = ['channel', 'channel_reason', 'verdict', 'verdict_reasons', 'rules_version', 'traits'] as const;

async function makeEvents(snapshot: Snapshot, position: Position, times: Times): Promise<void> {
  await materialise(
    snapshot,
    SETTLE_FOUND,
    `select m.message_no as message_no,
       case when epoch_ms(t.occurred_at) >= m.first_ms - ${CONTEXT_MS} and epoch_ms(t.occurred_at) <= m.last_ms + ${CONTEXT_MS} then 1 else 0 end as is_due,
       epoch_ms(t.occurred_at) as at_ms, ${clickId('t')} as click_id, ${[...OWN, ...CLASSIFIED].map((name) => `t.${name} as ${name}`).join(', ')}
     from touchpoints t join ${SETTLE_MESSAGES.name} m on m.brand_id = t.brand_id and m.message = ${messageOf('t')}
     where ${atOrBefore('t', position)} and ${isJudged('t')} and ${isNear('t', times)}`,
  );
  const of_found = `join (select distinct f.brand_id as brand_id, f.touchpoint_id as touchpoint_id from ${SETTLE_FOUND.name} f) f
    on f.brand_id = r.brand_id and f.touchpoint_id = r.touchpoint_id`;
  const settled = new Map([...position].filter(([collector_id]) => collector_id === SETTLED_COLLECTOR));
  await materialise(
    snapshot,
    SETTLE_EVENTS,
    `with alone as (${latestVerdicts(withoutSettled(position), CLASSIFIED, of_found)}),
       settled as (${latestVerdicts(settled, CLASSIFIED, of_found)})
     select ${['message_no', 'is_due', 'at_ms', 'click_id', ...OWN].map((name) => `f.${name} as ${name}`).join(', ')},
       ${CLASSIFIED.map((name) => `coalesce(a.${name}, f.${name}) as ${name}`).join(', ')},
       ${CLASSIFIED.map((name) => `s.${name} as settled_${name}`).join(', ')}
     from ${SETTLE_FOUND.name} f
     left join alone a on a.brand_id = f.brand_id and a.touchpoint_id = f.touchpoint_id
     left join settled s on s.brand_id = f.brand_id and s.touchpoint_id = f.touchpoint_id`,
  );
}

async function makeDeliveries(snapshot: Snapshot, position: Position, times: Times): Promise<void> {
  await materialise(
    snapshot,
    SETTLE_DELIVERIES,
    `select m.message_no as message_no, e.event_type as event_type, epoch_ms(e.occurred_at) as at_ms
     from email_events e join ${SETTLE_MESSAGES.name} m on m.brand_id = e.brand_id and m.message = ${messageOf('e')}
     where ${atOrBefore('e', position)} and ${isDelivery('e')} and ${isNear('e', times)}`,
  );
}

/** A landing lies at most half an hour after its click. */
async function makeLandings(snapshot: Snapshot, position: Position): Promise<void> {
  const [row] = await snapshot.query(
    `select min(f.at_ms) as first_ms, max(f.at_ms) as last_ms from ${SETTLE_FOUND.name} f where f.click_id is not null`,
  );
  const { first_ms, last_ms } = read(row, { first_ms: 'number?', last_ms: 'number?' });
  const bounds =
    first_ms === null || last_ms === null
      ? '1 = 0'
      : `v.occurred_at >= instant(${first_ms - LANDING_MS}) and v.occurred_at <= instant(${last_ms + 2 * LANDING_MS})`;
  await materialise(
    snapshot,
    SETTLE_LANDINGS,
    `select c.message_no as message_no, c.click_id as click_id, epoch_ms(v.occurred_at) as at_ms
     from touchpoints v join (
       select distinct f.message_no as message_no, f.brand_id as brand_id, f.click_id as click_id from ${SETTLE_FOUND.name} f where f.click_id is not null) c
       on c.brand_id = v.brand_id and c.click_id = ${clickId('v')}
     where ${atOrBefore('v', position)} and ${isLanding('v')} and ${bounds}`,
  );
}
