/**
 * A destination: a program that is told about orders and customers. Each has a folder of its own, which says what a message is there, how
 * messages become requests, and what an answer means. All of it is pure: clock, secrets and network come in as arguments.
 */
import type { Failure, OutAnswer, OutRequest } from '../network/request.ts';
import type { Message } from './message.ts';

/** What a destination's functions may read of its settings. */
export interface DestinationOptions {
  id: string;
  brand_id: string;
  options: Readonly<Record<string, string>>;
  secrets: Readonly<Record<string, string>>;
  /** True if requests may go to an address of this network, or by plain http. */
  private_network: boolean;
  /** Only of the kind `custom`: the template of a request. */
  template?: RequestTemplate | undefined;
}

export interface RequestTemplate {
  method: 'POST' | 'PUT' | 'PATCH';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: unknown;
}

/** A message as an item of a request there, as JSON. */
export type OutItem = unknown;

/** What a message is there: items of requests (none to say nothing), or the reason why it cannot be told. */
export type Told = { items: readonly OutItem[] } | { skipped: string } | { refused: string };

/**
 * What became of an item, or of all of a request. `retry`: again later, not before `after_ms` where the destination said so. `refused`: it
 * will never be taken. `disabled`: nothing will be taken until a person changes something. `expired`: the token, once a new one is fetched.
 * `is_lost`: a request went out and no answer came, so it may have been taken.
 * Reasons hold no secret and no personal data.
 */
export type Outcome =
  | { outcome: 'delivered' }
  | (Failure & { is_lost?: true })
  | { outcome: 'refused'; reason: string; is_lost?: true }
  | { outcome: 'expired'; reason: string };

/**
 * What an answer says: the same of all items, or of each. `split`: nothing was taken because of an item that the answer does not name, so
 * each half is sent again by itself; an item that stood alone is refused.
 */
export type AnswerRead = Outcome | { each: readonly Outcome[] } | { split: string };

export interface Limits {
  /** The most items of a request. */
  items: number;
  /** The most bytes of its body. */
  bytes: number;
  /** The most requests at one time. */
  parallel: number;
}

/** What requests may use beside items and settings. */
export interface RequestContext {
  now_ms: number;
  /** The token that {@link Destination.token} got; empty for destinations without one. */
  token: { value: string; base_url: string };
  /** The same for each try of the same items: 32 hex digits. */
  request_id: string;
}

export interface Destination {
  /** The name in the configuration: `ga4`. */
  kind: string;
  title: string;
  /** Settings of its own, by name, with what each is for. */
  options?: Readonly<Record<string, string>>;
  /** The options that cannot be left out. */
  needs?: readonly string[];
  /** Its secrets by name, and those that cannot be left out. */
  secrets?: Readonly<Record<string, string>>;
  needs_secrets?: readonly string[];
  /** Checks options beyond their presence. @returns the name of an option and a sentence, or null. */
  check?: (options: DestinationOptions) => { option: string; problem: string } | null;
  /**
   * How a change of credit is told. `state`: the newest state takes the place of the one before. `difference`: by the difference, such as a
   * refund event. `listed`: it cannot be told, so it is listed for people.
   */
  corrections: 'state' | 'difference' | 'listed';
  limits: Limits;
  translate: (message: Message, options: DestinationOptions, now_ms: number) => Told;
  /** Items with different groups are never in one request; one group when left out. */
  groupOf?: (item: OutItem) => string;
  /**
   * False for an item that counts once more when it is sent again. It is sent at most once: where its answer is lost, it is given up for a
   * person to look at. Left out where no item is like that.
   */
  repeatable?: (item: OutItem) => boolean;
  request: (items: readonly OutItem[], options: DestinationOptions, context: RequestContext) => OutRequest;
  read: (answer: OutAnswer, items: readonly OutItem[], now_ms: number) => AnswerRead;
  /** The requests that lead to a token, one after the other. A step returns the next request, the token, or why there is none. */
  token?: (
    options: DestinationOptions,
    answers: readonly OutAnswer[],
    now_ms: number,
  ) => { request: OutRequest } | { value: string; base_url: string; until_ms: number } | { failed: Outcome };
  /** How it is told that people were erased; left out where its API cannot be told, or needs more than a key. */
  erase?: {
    /** Names of secrets beside those of events. */
    needs: readonly string[];
    /** The most ids of one request. */
    most_ids: number;
    request: (ids: readonly string[], options: DestinationOptions, now_ms: number) => OutRequest;
    /** @returns why it was not taken; null if it was. */
    read: (answer: OutAnswer) => string | null;
  };
  /** How settings are checked without an effect, or why that is not possible. */
  check_call: CheckCall | NoCheckCall;
}

/** A request without an effect that shows if settings are right. */
export interface CheckCall {
  request: (options: DestinationOptions, context: RequestContext) => OutRequest;
  /** @returns what is wrong, or null. It holds no secret and no personal data. */
  read: (answer: OutAnswer) => SettingProblem | null;
  /** What is known if nothing is wrong, and what is not. */
  shows: string;
}

/** Where nothing can be asked without an effect. */
interface NoCheckCall {
  /** A sentence that says so, and how a person sees if settings are right. */
  none: string;
  /** Where requests go: that a server is there can be seen without a request. */
  url: (options: DestinationOptions) => string;
}

/** What is wrong with settings. */
export interface SettingProblem {
  /** The setting at fault, such as `secrets.api_secret`. */
  field: string;
  problem: string;
  /** What a person does. */
  fix: string;
}
