import { useEffect, useState } from 'preact/hooks';
import { signIn } from '../api/session.ts';
import { ProviderLink, plainAddress, problemWord } from '../parts/provider-link.tsx';
import { SecretForm } from '../parts/secret-form.tsx';

/** Why a sign-in at the identity provider came back without a session, by the word in the address. */
const PROBLEMS: Readonly<Record<string, string>> = {
  cancelled: 'You did not sign in there. Try again, or use a key.',
  over: 'This sign-in is over: it took more than ten minutes, was used before, or began in another browser. Try again.',
  no_role: 'You are signed in there, but none of your groups may see this dashboard. Ask who runs this Tributary.',
  failed: 'The identity provider could not be asked. Try again; the log of the server says why.',
};

function useProblem(): string {
  const [problem] = useState(() => PROBLEMS[problemWord()] ?? '');
  useEffect(() => {
    if (problemWord() !== '') history.replaceState(null, '', plainAddress());
  }, []);
  return problem;
}

/** Signs in with a key, or at the identity provider where one is configured. */
export function SignIn({ provider }: { provider: { name: string; path: string } | null }) {
  const problem = useProblem();
  return (
    <main class="sign-in">
      <div class="sign-in-ways">
        <h1>Tributary</h1>
        {problem !== '' && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {provider !== null && (
          <>
            <ProviderLink {...provider} />
            <p class="muted or">or with a key</p>
          </>
        )}
        <SecretForm
          label="Key"
          button="Sign in"
          busy_text="Signing in …"
          help={
            <>
              A key of scope view, read or admin. <code>tributary keys create --scope read</code> makes one.
            </>
          }
          send={signIn}
        />
      </div>
    </main>
  );
}
