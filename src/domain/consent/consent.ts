/** Consents: what a person said at an instant about what may be done with their data. An immutable log; what holds is found on read. */

import { SENT_AT } from '../clock.ts';
import { EMAIL } from '../email-person.ts';
import type { Problem } from '../errors.ts';
import { BRAND_ID, Id, Instant, RecordId } from '../fields.ts';
import { defineRecord } from '../record.ts';
import type { Cells, DerivedColumn } from '../record-kind.ts';
import { SUBJECT_KEY } from '../subject.ts';
import { type Static, Type } from '../typebox.ts';
import { subjectProblem } from '../who.ts';
import { MalformedConsent } from './bits.ts';
import { SIGNAL_FIELDS } from './fields.ts';
import { readGoogleConsent } from './google-consent.ts';
import { readGpp } from './gpp.ts';
import { decide, PURPOSES, type Purpose, type Purposes, type Signal } from './purposes.ts';
import { readTcf } from './tcf.ts';

export const ConsentSchema = Type.Object(
  {
    consent_id: Type.Optional(RecordId('Names this statement; made from the content when left out')),
    brand_id: BRAND_ID,
    customer_id: Type.Optional(Id('The customer; one of customer_id, anonymous_id and email is needed')),
    anonymous_id: Type.Optional(Id('The id of a browser or device')),
    email: EMAIL,
    ...SIGNAL_FIELDS,
    occurred_at: Instant('When the person said it'),
    sent_at: SENT_AT,
  },
  { additionalProperties: false, $id: 'Consent' },
);
export type ConsentInput = Static<typeof ConsentSchema>;

type Said = Partial<Record<Signal, Purposes>>;
type Sent = Readonly<Record<string, Cells[string] | undefined>>;

/** How each signal is read. @throws MalformedConsent */
const READERS: Record<Signal, (sent: Sent) => Purposes | undefined> = {
  purposes: ({ purposes }) => (typeof purposes === 'string' ? readPurposes(JSON.parse(purposes)) : undefined),
  gpc: ({ gpc }) => (Number(gpc ?? 0) === 1 ? { sharing: false } : undefined),
  gpp: ({ gpp, gpp_sid }) => (typeof gpp === 'string' ? readGpp(gpp, sectionsOf(gpp_sid)) : undefined),
  tcf: ({ tcf }) => (typeof tcf === 'string' ? readTcf(tcf) : undefined),
  gcm: ({ gcm }) => (typeof gcm === 'string' ? readGoogleConsent(JSON.parse(gcm)) : undefined),
};

/** What a purpose may be. The texts are those of files, which have no true and false. */
const WORDS = new Map<unknown, boolean | undefined>([
  [true, true],
  ['true', true],
  ['granted', true],
  [false, false],
  ['false', false],
  ['denied', false],
  [null, undefined],
]);

function readPurposes(sent: Record<string, unknown>): Purposes {
  for (const [name, granted] of Object.entries(sent)) {
    if (!(PURPOSES as readonly string[]).includes(name))
      throw new MalformedConsent(
        `has the purpose ${JSON.stringify(name.slice(0, 60))}; the purposes are ${PURPOSES.join(', ')}`,
      );
    if (!WORDS.has(granted))
      throw new MalformedConsent(
        `has ${name}: ${JSON.stringify(granted)?.slice(0, 60)}; send true or false without quotes`,
      );
  }
  return Object.fromEntries(Object.entries(sent).filter(([, granted]) => granted !== null));
}

function sectionsOf(gpp_sid: Sent[string]): ReadonlySet<number> | undefined {
  if (typeof gpp_sid !== 'string') return undefined;
  return new Set((JSON.parse(gpp_sid) as string[]).map(Number));
}

/** What each signal of a statement says, or the first that cannot be read. */
function readSignals(sent: Sent): Said | Problem {
  const said: Said = {};
  for (const [signal, read] of Object.entries(READERS) as Array<[Signal, (typeof READERS)[Signal]]>) {
    try {
      const purposes = read(sent);
      if (purposes !== undefined) said[signal] = purposes;
    } catch (error) {
      if (!(error instanceof MalformedConsent)) throw error;
      return { field: signal, reason: `${error.message}; send it as the consent platform gives it, or leave it out` };
    }
  }
  return said;
}

/** True if a consent that was read denies measurement. */
export function deniesMeasurement(record: Sent): boolean {
  return decide(saidOf(record), 'measurement')?.granted === false;
}

const isProblem = (said: Said | Problem): said is Problem => 'reason' in said;

/** What a stored statement says. Its signals were read when it was accepted, so they can be read again. */
function saidOf(row: Sent): Said {
  const said = readSignals(row);
  return isProblem(said) ? {} : said;
}

const purposeColumn = (purpose: Purpose): DerivedColumn => ({
  name: purpose,
  kind: 'integer',
  nullable: true,
  fill: (row) => {
    const decided = decide(saidOf(row), purpose);
    return decided === undefined ? null : Number(decided.granted);
  },
});

/** The signals that decided, by purpose: `{"sharing":"gpc"}`. */
const BASIS: DerivedColumn = {
  name: 'basis',
  kind: 'text',
  fill: (row) => {
    const said = saidOf(row);
    const by = PURPOSES.flatMap((purpose) => {
      const decided = decide(said, purpose);
      return decided === undefined ? [] : [[purpose, decided.by] as const];
    });
    return JSON.stringify(Object.fromEntries(by));
  },
};

/** Checks who said it, and that at least one signal is there and all can be read. */
function consentProblem(record: Sent & Record<string, never>): Problem | undefined {
  const nobody = subjectProblem(record);
  if (nobody) return nobody;
  const said = readSignals(record);
  if (isProblem(said)) return said;
  return Object.keys(said).length > 0
    ? undefined
    : {
        field: 'purposes',
        reason: 'is missing; send what the person said, such as {"measurement": false}, or tcf, gpp, gcm or gpc',
      };
}

export const consents = defineRecord({
  name: 'consents',
  singular: 'consent',
  id_field: 'consent_id',
  id_prefix: 'co_',
  schema: ConsentSchema,
  since: 7,
  kept: 'latest_by_time',
  pages: 'always',
  subjects: { customer_id: 'customer', anonymous_id: 'anonymous' },
  instant_field: 'occurred_at',
  derived: [...PURPOSES.map(purposeColumn), BASIS, SUBJECT_KEY],
  examples: {
    withdrawal: {
      customer_id: 'customer-1',
      purposes: { measurement: false, sharing: false },
      source: 'preference page',
      occurred_at: '2026-03-01T10:00:00Z',
    },
    platform: {
      anonymous_id: 'device-7',
      gcm: { analytics_storage: 'granted', ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied' },
      source: 'cmp',
      occurred_at: '2026-03-01T10:00:00Z',
    },
  },
  aliases: { timestamp: 'occurred_at', ts: 'occurred_at', consent: 'purposes', categories: 'purposes' },
  check: consentProblem as (record: object) => Problem | undefined,
});
