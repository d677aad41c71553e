/** Where figures come from: a question to the API and its answer. */
import { addressOf, type Parameters } from '../api/ask.ts';

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

export const sourceOf = (
  { path, parameters, rows }: { path: string; parameters: Parameters; rows: string },
  answer: object,
): Source => ({
  path,
  rows,
  address: addressOf(path, parameters),
  answer,
});

/** The address of the same answer as CSV. */
export const csvOf = ({ address }: Source): string => `${address}${address.includes('?') ? '&' : '?'}format=csv`;
