/** Where figures come from: a question to the API and its answer. */
import { addressOf } from '../api/ask.ts';
import type { Question } from '../api/reports.ts';

export interface Source {
  /** The path as the OpenAPI document writes it, such as `/v1/reports/campaigns/{campaign_id}`. */
  path: string;
  /** The question as it was asked. */
  address: string;
  /** The answer, or what of it says how it was made. */
  answer: object;
  /** The part of the answer with the rows. */
  rows: string;
}

export const sourceOf = ({ path, documented_path = path, parameters, rows }: Question, answer: object): Source => ({
  path: documented_path,
  rows,
  address: addressOf(path, parameters),
  answer,
});

/** The address of the same answer as CSV. */
export const csvOf = ({ address }: Source): string => `${address}${address.includes('?') ? '&' : '?'}format=csv`;
