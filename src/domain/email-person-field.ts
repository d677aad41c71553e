/** The key under which a read record has the id of its address, until the log keeps a link of it with the customer_id. */
export const EMAIL_PERSON_ID = 'email_person_id';
