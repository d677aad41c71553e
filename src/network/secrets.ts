/** Takes secrets out of what a server says. */

/** Shorter texts are in many words by chance. */
const MIN_LENGTH = 4;

/** A text without secrets, in the forms in which requests hold them: as they are, in a URL, and in Base64. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let left = text;
  for (const secret of secrets) {
    if (secret.length < MIN_LENGTH) continue;
    const forms = [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)];
    const basic = [secret, `${secret}:`].map((own) => Buffer.from(own).toString('base64'));
    for (const form of [...forms, ...basic]) left = left.replaceAll(form, '[secret]');
  }
  return left;
}
