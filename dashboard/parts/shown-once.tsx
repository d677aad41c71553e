/** A key that is shown once. */
import { useState } from 'preact/hooks';

export function ShownOnce({ secret, what }: { secret: string; what: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="shown-once">
      <p id="shown-once-help">Note {what} now. It is not stored, and is not shown again.</p>
      <output aria-describedby="shown-once-help">{secret}</output>
      <button type="button" onClick={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
