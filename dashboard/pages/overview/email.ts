/** The filter that leaves the touches of email. */
export const EMAIL = 'channel:email';
