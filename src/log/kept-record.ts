/** What the log keeps of an accepted record: cleaned of what is private, with the hash of what was sent. */
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
   * The first 64 bits of the content's SHA-256, as 16 hex digits. It is of the content as it was sent, so that a repeat is a
   * repeat also where what is kept depends on settings, or on the version of the program.
   */
  content_hash: string;
}

/** Cleans a record that was just read, or that a program wrote which did not clean. */
export function keepRecord(record: RecordName, item: FlatRecord, privacy: PrivacyOptions): KeptRecord {
  const text = JSON.stringify(item);
  const content_hash = hash('sha256', text, 'hex').slice(0, 16);
  const clean = cleanRecord(record, item, privacy);
  return { record, item: clean, text: clean === item ? text : JSON.stringify(clean), content_hash };
}

/** The record without what is private under today's settings. */
export function cleanRecord(record: RecordName, item: FlatRecord, privacy: PrivacyOptions): FlatRecord {
  const fields = recordKind(record).private;
  return fields === undefined ? item : withoutPrivate(item, fields, privacy);
}

/** The key of a dead letter's payload under which the hash of the sent content stands. */
const CONTENT_HASH = 'content_hash';

/** The payload of a dead letter: the record, and what has to be known to load it later. */
export function letterPayload(item: FlatRecord, content_hash: string): string {
  return JSON.stringify({ ...item, [CONTENT_HASH]: content_hash });
}

/** The record of a dead letter, cleaned by today's settings. Letters of earlier versions hold it as it was sent. */
export function keepLetter(record: RecordName, payload: string, privacy: PrivacyOptions): KeptRecord {
  const { [CONTENT_HASH]: content_hash, ...item } = JSON.parse(payload) as FlatRecord;
  const kept = keepRecord(record, item, privacy);
  return typeof content_hash === 'string' ? { ...kept, content_hash } : kept;
}

/** A record without what the log noted beside its fields. */
export function withoutNotes(item: FlatRecord): FlatRecord {
  const { [ADDRESS_PLACE]: _place, [CONTENT_HASH]: _hash, ...fields } = item;
  return fields;
}
