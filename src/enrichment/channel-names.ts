/** The channels that Tributary derives. A sender may use any other name. */
export const CHANNELS = [
  'direct',
  'cross_network',
  'paid_shopping',
  'paid_search',
  'paid_social',
  'paid_video',
  'display',
  'paid_other',
  'organic_shopping',
  'organic_social',
  'organic_video',
  'organic_search',
  'referral',
  'email',
  'ai_assistant',
  'affiliate',
  'audio',
  'sms',
  'push',
  'unassigned',
] as const;

const NAMES = new Map<string, string>(CHANNELS.map((name) => [name, name]));
for (const spelling of ['e_mail', 'emails', 'e_mails']) NAMES.set(spelling, 'email');

/**
 * The name of a channel that was sent: one of ours if it is written in another way, such as `Email` or `Paid Search`, so that both
 * are one channel. Any other name stays as it was sent.
 */
export function channelName(sent: string): string {
  return (
    NAMES.get(sent) ??
    NAMES.get(
      sent
        .trim()
        .toLowerCase()
        .replace(/[\s_-]+/g, '_'),
    ) ??
    sent
  );
}
