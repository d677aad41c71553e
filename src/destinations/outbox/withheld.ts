/**
 * Which messages are held back because of consent. It is asked right before messages go out, so what waits in a feed or for another try
 * is held back as soon as a withdrawal is loaded. docs/privacy.md
 */

import { PERSONS } from '../../attribution/relations.ts';
import { asksForConsent } from '../../domain/consent/policy.ts';
import type { Purpose } from '../../domain/consent/purposes.ts';
import { subjectKey } from '../../domain/subject.ts';
import { brandRule } from '../../identity/kept-persons.ts';
import type { ReportContext } from '../../reports/context.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, type Position, resolvePosition } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill } from '../../warehouse/relation.ts';
import type { Message } from '../message.ts';
import { NOTHING, type Withhold } from './fates.ts';
import { TOLD_SUBJECTS } from './relations.ts';

type Reports = Pick<ReportContext, 'warehouse' | 'directory' | 'settings' | 'timeout_ms'>;

export const DENIED = 'the person has denied that data is shared';
export const NOT_GRANTED = 'the person has not consented that data is shared';
export const NOT_MEASURED = 'the person has denied measurement';

/** The gate of a server. Without any consent in the log it costs one short query. */
export function withholding(reports: Reports): Withhold {
  return async (messages, { brand_id }) => {
    const settings = reports.settings(brand_id);
    const { consent } = settings;
    if (consent?.sharing === 'not_needed' || messages.length === 0) return NOTHING;
    return reports.warehouse.read(
      async (snapshot) => {
        const position = await resolvePosition(snapshot, undefined);
        const needs_grant = consent?.sharing === 'opt_in';
        if (!needs_grant && !(await hasConsents(snapshot, brand_id))) return NOTHING;
        await reports.directory.makeRelation(snapshot, position, [brandRule(brand_id, settings)]);
        await fill(snapshot, TOLD_SUBJECTS, subjectsOf(brand_id, messages));
        const sharing = await lastWords(snapshot, position, brand_id, 'sharing');
        const measurement = asksForConsent(consent)
          ? await lastWords(snapshot, position, brand_id, 'measurement')
          : null;
        const withheld = new Map<number, string>();
        for (const place of messages.keys()) {
          if (sharing.get(place) === false) withheld.set(place, DENIED);
          else if (measurement?.get(place) === false) withheld.set(place, NOT_MEASURED);
          else if (needs_grant && sharing.get(place) !== true) withheld.set(place, NOT_GRANTED);
        }
        return withheld;
      },
      { timeout_ms: reports.timeout_ms },
    );
  };
}

async function hasConsents(snapshot: Snapshot, brand_id: string): Promise<boolean> {
  const rows = await snapshot.query('select 1 as found from consents c where c.brand_id = $brand_id limit 1', {
    brand_id,
  });
  return rows.length > 0;
}

/** The ids that messages name. */
function subjectsOf(brand_id: string, messages: readonly Message[]): Array<{ place: number; subject_key: bigint }> {
  return messages.flatMap((message, place) => {
    const ids = message.kind === 'conversion' ? [message.customer_id, message.anonymous_id] : [message.customer_id];
    const named = new Set(ids.filter((id) => id !== null));
    return [...named].map((id) => ({ place, subject_key: subjectKey(brand_id, id) }));
  });
}

/** What the person of each message said last of a purpose, with any of their ids. At one instant a denial counts. */
async function lastWords(
  snapshot: Snapshot,
  position: Position,
  brand_id: string,
  purpose: Purpose,
): Promise<Map<number, boolean>> {
  const person = (alias: string): string =>
    `left join ${PERSONS.name} p on p.subject_key = ${alias}.subject_key and p.brand_id = $brand_id`;
  const rows = await snapshot.query(
    `with asked as (
       select a.place as place, coalesce(p.person_key, a.subject_key) as person_key from ${TOLD_SUBJECTS.name} a ${person('a')}),
     said as (
       select coalesce(p.person_key, c.subject_key) as person_key, epoch_ms(c.occurred_at) as at_ms, min(c.${purpose}) as granted
       from consents c ${person('c')} where c.brand_id = $brand_id and c.${purpose} is not null and ${atOrBefore('c', position)}
       group by coalesce(p.person_key, c.subject_key), epoch_ms(c.occurred_at)),
     latest as (select person_key, max(at_ms) as at_ms from said group by person_key)
     select a.place as place, min(s.granted) as granted from asked a join latest l on l.person_key = a.person_key
       join said s on s.person_key = l.person_key and s.at_ms = l.at_ms group by a.place`,
    { brand_id },
  );
  return new Map(
    readAll(rows, { place: 'number', granted: 'number' }).map(({ place, granted }) => [place, granted === 1]),
  );
}
