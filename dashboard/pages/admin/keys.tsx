/** Keys: who may send and read, without their secrets; make one, which is shown once; revoke one. */
import { useState } from 'preact/hooks';
import type { Brands, Keys } from '../../api/answers.d.ts';
import { client, send, useAnswer } from '../../api/ask.ts';
import { useSession } from '../../api/session.ts';
import { AdminFrame } from '../../parts/admin-frame.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { instant } from '../../parts/figures.ts';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useView } from '../../view.ts';

const PATH = '/v1/keys';
type Key = Keys['keys'][number];

const SCOPES = [
  ['read', 'read: reports and single persons (an analyst)'],
  ['view', 'view: reports without single persons (a viewer)'],
  ['write', 'write: send records from your servers'],
  ['page', 'page: send visits from a page that anyone can read'],
  ['admin', 'admin: everything'],
] as const;

const again = (): Promise<void> => client.invalidateQueries({ queryKey: [PATH] });

export default function KeysPage() {
  return (
    <AdminFrame title="Keys">
      <MakeKey />
      <AllKeys />
    </AdminFrame>
  );
}

function AllKeys() {
  const keys = useAnswer<Keys>(PATH);
  const [revoking, setRevoking] = useState<Key | null>(null);
  return (
    <>
      <Shown answer={keys} what="the keys">
        {({ keys: all }) => (
          <Table caption="Keys that work" columns={columnsOf(setRevoking)} rows={all} keyOf={({ key_id }) => key_id} />
        )}
      </Shown>
      {revoking !== null && <Revoke known={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function columnsOf(revoke: (key: Key) => void): ReadonlyArray<Column<Key>> {
  return [
    { name: 'Name', cell: ({ name }) => name, by: ({ name }) => name },
    { name: 'Scope', cell: ({ scopes }) => scopes.join(', '), by: ({ scopes }) => scopes.join() },
    { name: 'Brand', cell: ({ brand_id }) => brand_id ?? 'all', by: ({ brand_id }) => brand_id ?? '' },
    { name: 'Ends with', cell: ({ last4 }) => <code>{last4}</code> },
    { name: 'Made', cell: ({ created_at }) => instant(created_at), by: ({ created_at }) => created_at },
    {
      name: 'Revoke',
      cell: (key) =>
        key.origin === 'file' ? (
          <button type="button" aria-label={`Revoke ${key.name}`} onClick={() => revoke(key)}>
            Revoke
          </button>
        ) : (
          <span class="muted">from the environment</span>
        ),
    },
  ];
}

function MakeKey() {
  const brands = useAnswer<Brands>('/v1/brands');
  const { data: session } = useSession();
  const [view] = useView();
  const limits = session?.signed_in ? session.brand_ids : null;
  /** What a key is for when no brand is entered. */
  const own = limits === null ? 'every brand' : view.brand_id || limits[0];
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  const [problem, setProblem] = useState('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const { name, scope, brand_id } = Object.fromEntries(new FormData(form)) as Record<string, string>;
    setProblem('');
    setMade(null);
    try {
      const { key } = await send<{ key: string }>('POST', PATH, {
        name,
        scope,
        ...(brand_id === '' ? {} : { brand_id }),
      });
      setMade({ name: name!, key });
      form.reset();
      await again();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <section aria-labelledby="make">
      <h2 id="make">Make a key</h2>
      <form class="make" onSubmit={(event) => void submit(event)}>
        <label>
          <span>Name</span>
          <input name="name" type="text" required maxLength={100} autocomplete="off" aria-describedby="make-problem" />
        </label>
        <label>
          <span>Scope</span>
          <select name="scope">
            {SCOPES.map(([scope, text]) => (
              <option key={scope} value={scope}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Brand</span>
          <input name="brand_id" type="text" list="brands" placeholder={own} autocomplete="off" />
          <datalist id="brands">
            {brands.data?.brands.map(({ brand_id }) => (
              <option key={brand_id} value={brand_id} />
            ))}
          </datalist>
        </label>
        <button type="submit">Make the key</button>
      </form>
      <p id="make-problem" class="problem" role="alert">
        {problem}
      </p>
      {made !== null && <ShownOnce secret={made.key} what={`the key “${made.name}”`} />}
    </section>
  );
}

function Revoke({ known: { key_id, name }, onClose }: { known: Key; onClose: () => void }) {
  const [problem, setProblem] = useState('');
  const revoke = async (): Promise<void> => {
    try {
      await send('DELETE', `${PATH}/${encodeURIComponent(key_id)}`);
      onClose();
      await again();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <Confirm
      title={`Revoke the key “${name}”?`}
      yes="Revoke it"
      problem={problem}
      onYes={() => void revoke()}
      onClose={onClose}
    >
      It stops working at once, and cannot be brought back. Who signed in with it is signed out.
    </Confirm>
  );
}
