/** What is known of a key. */
import type { StoredKey } from './stored-keys.ts';

/** A key without its secret. */
export interface KeyInfo extends StoredKey {
  /** Source of the key: the store (named `file` for historical reasons), an environment variable, this run only, or the session of a person. */
  origin: 'file' | 'environment' | 'run' | 'person';
}

export interface Key extends KeyInfo {
  digest: Buffer;
}

/** A new key with its secret. */
export interface MadeKey extends KeyInfo {
  key: string;
}
