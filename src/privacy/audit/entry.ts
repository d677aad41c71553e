/** One entry of the audit log: who did what, or read whom, and the hash that ties it to the entry before. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { assert } from '../../domain/errors.ts';

/**
 * `read`: data of persons was asked for, or an assistant asked anything; it stands here before the answer is given. `action`: something was about to be changed. `outcome`: how
 * an action ended. `sign_in`: somebody signed in. `pruned`: entries before an instant were removed.
 */
export const AUDIT_KINDS = ['read', 'action', 'outcome', 'sign_in', 'pruned'] as const;

/** What is written down of one event. It holds no secret, and no id of a customer in clear. */
export interface AuditEvent {
  kind: (typeof AUDIT_KINDS)[number];
  /** The route, such as `GET /v1/customers/:customer_id`. */
  call: string;
  /** The key, or the person who signed in. */
  actor: { key_id: string; name: string; origin: string } | null;
  /** Null if the event is not of one brand. */
  brand_id: string | null;
  /** What an action is about: ids of keys, destinations and the like. */
  target: Readonly<Record<string, string>>;
  /** Marks of the ids of persons and orders that were named. A mark does not tell the id; who has the id can find its mark. */
  persons: readonly string[];
  /** The names of the parameters that were given. */
  parameters: readonly string[];
  /** The id of the request, as in the log lines of the server. */
  request_id: string;
  /** Of an outcome: the number of its action, and how it ended. */
  of?: number;
  result?: string;
}

export interface AuditEntry extends AuditEvent {
  /** Entries are numbered from 1 on, without a gap. */
  seq: number;
  at: string;
  /** The hash of the entry before; empty for the first one. */
  before: string;
  hash: string;
}

/** The place at which a chain of entries ends, or from which it goes on. */
export interface AuditHead {
  seq: number;
  hash: string;
}

export const NO_ENTRY: AuditHead = { seq: 0, hash: '' };

/** The next entry of a chain. */
export function nextEntry(head: AuditHead, at: string, event: AuditEvent): AuditEntry {
  const content = { ...event, seq: head.seq + 1, at, before: head.hash };
  return { ...content, hash: hashOf(content) };
}

/** SHA-256 of an entry without its own hash, as canonical JSON. */
export function hashOf(entry: Omit<AuditEntry, 'hash'> & { hash?: string }): string {
  const { hash: _own, ...content } = entry;
  const text = canonicalJson(content);
  assert(text !== undefined, 'an audit entry is JSON');
  return hash('sha256', text, 'hex');
}
