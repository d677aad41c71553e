/** Accepted records as the log keeps them: without private content, and with the hash of the content that was sent. */
import { hash } from 'node:crypto';
import { asSent, CLOCK_AHEAD, withServerClock } from '../domain/clock.ts';
import { type RecordName, recordKind } from '../domain/index.ts';
import { asPageConversion, CLAIMED_ID, sentId } from '../domain/page-conversion.ts';
import type { FlatRecord } from '../domain/record.ts';
import { ADDRESS_PLACE, type PrivacyOptions, withoutPrivate } from '../enrichment/private.ts';

export interface KeptRecord {
  record: RecordName;
  item: FlatRecord;
  /** The item as JSON. */
  text: string;
  /**
   * The first 64 bits of the SHA-256 of the content as it was sent, as 16 hex digits. So a retry is recognised also when the
   * settings, or the version of the program, clean the record in another way.
   */
  content_hash: string;
}

/**
 * Cleans a record as it was sent: one that was just read, or one that an earlier version wrote without cleaning. What a page
 * may only claim is kept as a page conversion; its hash is that of the content, so that it is compared with what a server sends.
 */
export function keepRecord(
  record: RecordName,
  item: FlatRecord,
  privacy: PrivacyOptions,
  from_page = false,
): KeptRecord {
  const kind = recordKind(record);
  const text = JSON.stringify(asSent(item));
  const content_hash = hash('sha256', text, 'hex').slice(0, 16);
  const timed = item[CLOCK_AHEAD] === undefined ? item : withServerClock(item, kind.instant_field!);
  const cleaned = cleanRecord(record, timed, privacy);
  const clean = from_page && kind.pages === 'if_allowed' ? asPageConversion(cleaned) : cleaned;
  return { record, item: clean, text: clean === item ? text : JSON.stringify(clean), content_hash };
}

/** The record without the content that is private under today's settings. */
export function cleanRecord(record: RecordName, item: FlatRecord, privacy: PrivacyOptions): FlatRecord {
  const fields = recordKind(record).private;
  return fields === undefined ? item : withoutPrivate(item, fields, privacy);
}

/** The key of the content hash in the payload of a dead letter. */
const CONTENT_HASH = 'content_hash';

/** The payload of a dead letter: the record and its content hash. */
export function letterPayload(item: FlatRecord, content_hash: string): string {
  return JSON.stringify({ ...item, [CONTENT_HASH]: content_hash });
}

/** The record of a dead letter, cleaned by today's settings. Dead letters of earlier versions hold the record as it was sent. */
export function keepLetter(record: RecordName, payload: string, privacy: PrivacyOptions): KeptRecord {
  const { [CONTENT_HASH]: content_hash, ...item } = JSON.parse(payload) as FlatRecord;
  const kept = keepRecord(record, item, privacy);
  return typeof content_hash === 'string' ? { ...kept, content_hash } : kept;
}

/** The fields of a record as its sender knows them. A page conversion has the note that it came from a page. */
export function sentFields(record: RecordName, item: FlatRecord): FlatRecord {
  const { [ADDRESS_PLACE]: _place, [CONTENT_HASH]: _hash, [CLAIMED_ID]: claimed_id, ...fields } = item;
  const { id_field } = recordKind(record);
  return claimed_id === undefined ? fields : { ...fields, [id_field]: sentId(item, id_field), sent_by: 'page' };
}
