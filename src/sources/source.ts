/**
 * A source: a provider that calls this server when something happens (a webhook). Each has a folder of its own, which says how a
 * delivery proves where it comes from, and what its events are here. Both are pure: clock and network come in as arguments.
 */
import type { Draft } from '../log/envelope.ts';

/** What a source's functions may read of its settings. */
export interface SourceOptions {
  brand_id: string;
  secrets: readonly string[];
  public_keys: readonly string[];
  options: Readonly<Record<string, string | readonly string[] | Readonly<Record<string, string>>>>;
}

/** One request of a provider, before anything of it is parsed. */
export interface Delivery {
  body: Buffer;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | undefined>>;
}

/** What verification may use beside the delivery. */
export interface Surroundings {
  now_ms: number;
  /** The text at a URL of the provider. The source checks the host before it asks. @throws when it cannot be had. */
  fetchText: (url: string) => Promise<string>;
}

/**
 * The result of a check: fine, or the reason for the refusal. `once` names a delivery whose signature does not cover its content:
 * the same name with another body is refused.
 */
export type Verified = { ok: true; once?: string } | { ok: false; reason: string };

/** One event of a delivery, as JSON. It is translated, kept and tried again by itself. */
export type Item = unknown;

/** What an event is here: drafts, or the reason why it is no event for us. */
export type Translated = { drafts: Draft[] } | { ignored: string };

/** An event that cannot be used, and why. It is kept, and can be tried again after a fix. */
export class Unusable extends Error {}

/**
 * How a delivery proves where it comes from. `signature`: by a secret or key of the settings. `certificate`: by a key that the
 * provider publishes. `none`: the provider signs nothing, so the URL holds a secret path and the provider sends a password.
 */
export type Proof = 'signature' | 'certificate' | 'none';

/** What `translate` may use beside the event. */
export interface People {
  /** The id that an address becomes here; null for a text that is no address. */
  idOf: (address: string) => string | null;
}

export interface Source {
  /** The name in the configuration and in records: `sendgrid`. */
  provider: string;
  title: string;
  /** A function where it depends on the settings. */
  proof: Proof | ((options: SourceOptions) => Proof);
  /** Settings that only this source has, by name, with what each is for. */
  options?: Readonly<Record<string, string>>;
  /** The options that cannot be left out. */
  needs?: readonly string[];
  /** Checks the signature over the bytes of the body. Missing for providers that do not sign. */
  verify?: (delivery: Delivery, options: SourceOptions, surroundings: Surroundings) => Promise<Verified> | Verified;
  /** Answers a delivery that brings no events but sets the webhook up. @returns true if it was one. */
  handshake?: (delivery: Delivery, options: SourceOptions, surroundings: Surroundings) => Promise<boolean>;
  /** The events of a delivery. @throws Unusable when the body has none that can be read. */
  itemsOf: (delivery: Delivery) => Item[];
  /** The address that an email was sent from, or its domain, where the provider tells it. */
  senderOf?: (item: Item) => unknown;
  /** @throws Unusable when a field that is needed is missing. */
  translate: (item: Item, options: SourceOptions, people: People) => Translated;
}

export const proofOf = ({ proof }: Source, options: SourceOptions): Proof =>
  typeof proof === 'function' ? proof(options) : proof;
