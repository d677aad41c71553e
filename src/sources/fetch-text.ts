/** Reads a small text from a provider's server. Which hosts may be asked is decided by the source, before it asks. */
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 64_000;

/** @throws when the URL is not https, or the text cannot be had. */
export async function fetchText(url: string): Promise<string> {
  if (!url.startsWith('https://')) throw new Error('only https is asked');
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok || answer.body === null) throw new Error(`the answer is ${answer.status}`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new Error(`the answer is longer than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
