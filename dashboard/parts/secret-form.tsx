/** A form that sends one secret. The secret is kept nowhere in the page. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export function SecretForm({
  label,
  button,
  busy_text,
  help,
  send,
}: {
  label: string;
  button: string;
  busy_text: string;
  help: ComponentChildren;
  /** @throws with the reason in words when the secret is not taken. */
  send: (secret: string) => Promise<void>;
}) {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setProblem('');
    try {
      await send(String(new FormData(form).get('secret') ?? ''));
    } catch (error) {
      setProblem((error as Error).message);
      (form.elements.namedItem('secret') as HTMLInputElement).focus();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label for="secret">{label}</label>
      <input
        id="secret"
        name="secret"
        type="password"
        autocomplete="current-password"
        required
        aria-invalid={problem !== ''}
        aria-describedby="secret-help secret-problem"
      />
      <p id="secret-help">{help}</p>
      <p id="secret-problem" class="problem" role="alert">
        {problem}
      </p>
      <button type="submit" disabled={busy}>
        {busy ? busy_text : button}
      </button>
    </form>
  );
}
