import { useState } from 'preact/hooks';
import { lookAgain, setUp } from '../api/session.ts';
import { ProviderLink } from '../parts/provider-link.tsx';
import { SecretForm } from '../parts/secret-form.tsx';
import { ShownOnce } from '../parts/shown-once.tsx';

/** Sets up a new installation: the token that the server printed makes an admin key. @param onKey for people who have a key. */
export function Setup({ provider, onKey }: { provider: { name: string; path: string } | null; onKey: () => void }) {
  const [key, setKey] = useState<string | null>(null);
  return (
    <main class="sign-in">
      <div class="sign-in-ways">
        <h1>Set up Tributary</h1>
        {key === null ? (
          <>
            <SecretForm
              label="Setup token"
              button="Make an admin key"
              busy_text="Making the key …"
              help={
                <>
                  <code>tributary serve</code> printed this token at its first start. It works once, for an hour.
                  <br />
                  <button type="button" class="link" onClick={onKey}>
                    Sign in with a key
                  </button>
                </>
              }
              send={async (token) => setKey(await setUp(token))}
            />
            {provider !== null && (
              <>
                <p class="muted or">or</p>
                <ProviderLink {...provider} />
              </>
            )}
          </>
        ) : (
          <>
            <ShownOnce secret={key} what="this admin key" />
            <button type="submit" onClick={() => void lookAgain()}>
              I have noted it: open the dashboard
            </button>
          </>
        )}
      </div>
    </main>
  );
}
