/** Accepted records as the log keeps them: without private content, and with the hash of the content that was sent. */
import { hash } from 'node:crypto';
import { type RecordName, recordKind } from '../domain/index.ts';
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

/** Cleans a record as it was sent: one that was just read, or one that an earlier version wrote without cleaning. */
export function keepRecord(record: RecordName, item: FlatRecord, privacy: PrivacyOptions): KeptRecord {
  const text = JSON.stringify(item);
  const content_hash = hash('sha256', text, 'hex').slice(0, 16);
  const clean = cleanRecord(record, item, privacy);
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

/** The fields of a record, without the notes that the log added to them. */
export function withoutNotes(item: FlatRecord): FlatRecord {
  const { [ADDRESS_PLACE]: _place, [CONTENT_HASH]: _hash, ...fields } = item;
  return fields;
}
