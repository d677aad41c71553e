/**
 * What the log says of each person that helps to see that two are one: addresses among their ids, names and places of their orders,
 * networks and devices of their visits. Of several values the most frequent one counts. What machines did is left out.
 */

import { isAddress } from '../../domain/email-person.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, type Position } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { deniersOf } from '../deniers.ts';
import type { Role } from '../matching/roles.ts';

/** People whose records are compared: those who were seen last. */
export const MAX_PEOPLE = 20_000;
/** Rows of one query: distinct combinations of what is known of an id. */
const MAX_ROWS = 200_000;
const MAX_JSON_CHARS = 4_000;

/** The features in order, each with its role for the matcher. */
export const FEATURES = {
  email: 'email',
  first_name: 'given_name',
  last_name: 'surname',
  name: 'full_name',
  birth_date: 'birth_date',
  phone: 'phone',
  postcode: 'postcode',
  city: 'city',
  ip_address: 'ip',
  time_zone: 'time_zone',
  device: 'category',
} as const satisfies Record<string, Role>;
export type Feature = keyof typeof FEATURES;

/** Names of the fields of an order or visit that hold a feature, in lower case without separators. */
const FIELD_NAMES: Partial<Record<Feature, readonly string[]>> = {
  email: ['email', 'emailaddress'],
  first_name: ['firstname', 'givenname', 'billingfirstname'],
  last_name: ['lastname', 'surname', 'familyname', 'billinglastname'],
  name: ['name', 'fullname', 'customername'],
  birth_date: ['birthday', 'birthdate', 'dateofbirth', 'dob'],
  phone: ['phone', 'phonenumber', 'mobile', 'telephone'],
  postcode: ['postcode', 'postalcode', 'zip', 'zipcode'],
  city: ['city', 'town'],
  time_zone: ['timezone'],
};

export interface PersonFeatures {
  person_id: string;
  /** Customer ids that are addresses or hashes of them, and that placed an order or logged in. */
  verified_emails: Set<string>;
  visitors: Set<string>;
  counts: Map<Feature, Map<string, number>>;
}

const HASHED_ADDRESS = /^email_[0-9a-f]{32}$/;
const isEmailId = (id: string): boolean => HASHED_ADDRESS.test(id) || isAddress(id);

const TOUCH_SHAPE = {
  person_id: 'text',
  customer_id: 'text?',
  anonymous_id: 'text?',
  ip_address: 'text?',
  device: 'text?',
  place: 'text?',
  said: 'text?',
  n: 'number',
} as const;

/** Reads the features of the people of one brand who do not deny profiling. The relation `persons` must be made before. */
export async function readFeatures(
  snapshot: Snapshot,
  position: Position,
  brand_id: string,
): Promise<PersonFeatures[]> {
  const people = new Map<string, PersonFeatures>();
  const personOf = (person_id: string): PersonFeatures | undefined => {
    const held = people.get(person_id);
    if (held || people.size >= MAX_PEOPLE) return held;
    const made: PersonFeatures = { person_id, verified_emails: new Set(), visitors: new Set(), counts: new Map() };
    people.set(person_id, made);
    return made;
  };
  for (const record of ['conversions', 'touchpoints'] as const)
    for (const row of await snapshot.query(featureRows(record, position), { brand_id })) {
      const { person_id, ...seen } = read(row, TOUCH_SHAPE);
      const person = personOf(person_id);
      if (person) note(person, seen, record === 'conversions');
    }
  for (const row of await snapshot.query(loginIds(position), { brand_id })) {
    const { person_id, id } = read(row, { person_id: 'text', id: 'text' });
    if (isEmailId(id)) people.get(person_id)?.verified_emails.add(id);
  }
  return [...people.values()];
}

function featureRows(record: 'conversions' | 'touchpoints', position: Position): string {
  const own =
    record === 'touchpoints'
      ? `r.ip_address as ip_address, concat(coalesce(r.os, ''), ' ', coalesce(r.browser, ''), ' ', coalesce(r.device_type, '')) as device,
         r.geo_location as place, r.custom_attributes as said`
      : 'null as ip_address, null as device, null as place, r.custom_properties as said';
  const human = record === 'touchpoints' ? `and coalesce(r.verdict, 'human') not in ('machine', 'bot')` : '';
  return `select person_id, customer_id, anonymous_id, ip_address, device, place, said, count(*) as n, max(at_ms) as last_ms
    from (select coalesce(p.person_id, r.customer_id, r.anonymous_id) as person_id, r.customer_id as customer_id, r.anonymous_id as anonymous_id,
            ${own}, epoch_ms(r.occurred_at) as at_ms
          from ${record} r left join persons p
            on p.subject_key = r.subject_key and p.brand_id = r.brand_id and p.id = coalesce(r.customer_id, r.anonymous_id)
          where r.brand_id = $brand_id and coalesce(r.customer_id, r.anonymous_id) is not null ${human} and ${atOrBefore('r', position)}) seen
    where person_id not in (${deniersOf('profiling', position, '$brand_id')})
    group by person_id, customer_id, anonymous_id, ip_address, device, place, said
    order by last_ms desc, person_id, customer_id, anonymous_id, ip_address, device, place, said limit ${MAX_ROWS}`;
}

/** Ids that a login or an identify call named. */
function loginIds(position: Position): string {
  const side = (name: string): string => `select l.${name} as id from identity_links l
    where l.brand_id = $brand_id and l.kind in ('login', 'identify', 'alias') and ${atOrBefore('l', position)}`;
  return `select distinct coalesce(p.person_id, i.id) as person_id, i.id as id
    from (${side('left_id')} union all ${side('right_id')}) i
    left join persons p on p.brand_id = $brand_id and p.id = i.id limit ${MAX_ROWS}`;
}

function note(
  person: PersonFeatures,
  seen: Omit<{ [N in keyof typeof TOUCH_SHAPE]: string | number | null }, 'person_id'>,
  is_order: boolean,
): void {
  const customer_id = seen.customer_id as string | null;
  const anonymous_id = seen.anonymous_id as string | null;
  const n = seen.n as number;
  if (anonymous_id !== null) person.visitors.add(anonymous_id);
  if (customer_id !== null && isEmailId(customer_id)) {
    if (isAddress(customer_id)) add(person, 'email', customer_id, n);
    if (is_order) person.verified_emails.add(customer_id);
  }
  add(person, 'ip_address', seen.ip_address as string | null, n);
  add(person, 'device', (seen.device as string | null)?.trim(), n);
  for (const text of [seen.place, seen.said] as Array<string | null>)
    for (const [feature, value] of fieldsOf(text)) add(person, feature, value, n);
}

function add(person: PersonFeatures, feature: Feature, value: string | null | undefined, n: number): void {
  if (value === null || value === undefined || value === '') return;
  const counts = person.counts.get(feature) ?? new Map<string, number>();
  person.counts.set(feature, counts);
  counts.set(value, (counts.get(value) ?? 0) + n);
}

/** The features that stand in an object of the sender, also one level below, as in a billing address. */
function* fieldsOf(json: string | null): Generator<[Feature, string]> {
  if (json === null || json.length > MAX_JSON_CHARS) return;
  let found: unknown;
  try {
    found = JSON.parse(json);
  } catch {
    return;
  }
  for (const object of objectsIn(found))
    for (const [key, value] of Object.entries(object)) {
      if (typeof value !== 'string') continue;
      const plain = key.toLowerCase().replace(/[^a-z]/g, '');
      for (const [feature, names] of Object.entries(FIELD_NAMES))
        if (names.includes(plain)) yield [feature as Feature, value];
    }
}

function* objectsIn(value: unknown): Generator<object> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  yield value;
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) yield inner;
}

/** The most frequent value of a feature; of several the first in order of texts. */
export function featureOf({ counts }: PersonFeatures, feature: Feature): string {
  let best = '';
  let most = 0;
  for (const [value, n] of counts.get(feature) ?? [])
    if (n > most || (n === most && value < best)) [best, most] = [value, n];
  return best;
}
