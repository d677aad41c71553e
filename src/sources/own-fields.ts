/** What a sender attaches to an email (unique arguments, metadata, variables, tags): the fields that are named as ours are taken. */
import { CAMPAIGN_KINDS } from '../domain/campaign-kind.ts';
import type { AboutEmail } from './email-drafts.ts';
import { cut, type Fields, first, text } from './fields.ts';

/** Characters of the id of a campaign, an email or a message. */
export const MAX_GROUP_LENGTH = 200;

export function ownIds(fields: Fields) {
  return {
    customer_id: text(fields['customer_id']),
    campaign_id: cut(fields['campaign_id'], MAX_GROUP_LENGTH),
    email_id: cut(fields['email_id'], MAX_GROUP_LENGTH),
  };
}

type OwnFields = Pick<AboutEmail, 'customer_id' | 'campaign_id' | 'email_id' | 'campaign_kind'>;

/** The ids and the kind of the campaign. @param attached values, or lists of which the first counts. */
export function ownFields(attached: Fields): OwnFields {
  const { customer_id, campaign_id, email_id, campaign_kind } = attached;
  return {
    ...ownIds({ customer_id: first(customer_id), campaign_id: first(campaign_id), email_id: first(email_id) }),
    campaign_kind: CAMPAIGN_KINDS.find((kind) => kind === first(campaign_kind)),
  };
}
