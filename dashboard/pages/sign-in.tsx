import { useState } from 'preact/hooks';
import { signIn } from '../api/session.ts';

/** Asks for a key. It is sent once and kept nowhere in the page. */
export function SignIn() {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setProblem('');
    try {
      await signIn(String(new FormData(form).get('key') ?? ''));
    } catch (error) {
      setProblem((error as Error).message);
      (form.elements.namedItem('key') as HTMLInputElement).focus();
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>Tributary</h1>
        <label for="key">Key</label>
        <input
          id="key"
          name="key"
          type="password"
          autocomplete="current-password"
          required
          aria-invalid={problem !== ''}
          aria-describedby="key-help key-problem"
        />
        <p id="key-help">
          A key of scope view, read or admin. <code>tributary keys create --scope read</code> makes one.
        </p>
        <p id="key-problem" class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" disabled={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
