/** The fits: which of them reports use and why, pins for admins, and what became of the last scheduled fits. */
import { useState } from 'preact/hooks';
import type { Models, ModelsFits } from '../api/answers.d.ts';
import { addressOf, client, send, useAnswer } from '../api/ask.ts';
import { useSession } from '../api/session.ts';
import { useView } from '../view.ts';
import { Confirm } from './confirm.tsx';
import { instant, words } from './figures.ts';
import { Shown } from './states.tsx';
import { type Column, Table } from './table.tsx';

type Fit = Models['models'][number];
type Run = ModelsFits['fits'][number];

const PATH = '/v1/models';
/** What stands for all brands in the list. */
const EVERY_BRAND = '*';
const MOST_FITS = 10;
const MOST_RUNS = 5;

/** Pins change the figures of every page. */
const again = (): Promise<void> => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });

export function FittedModels() {
  const models = useAnswer<Models>(PATH);
  const runs = useAnswer<ModelsFits>(`${PATH}/fits`);
  return (
    <>
      <Shown answer={models} what="the fits">
        {({ models: all }) => (all.length === 0 ? <NoFit /> : <Fits all={all} />)}
      </Shown>
      <Shown answer={runs} what="the scheduled fits">
        {({ fits }) => (fits.length === 0 ? null : <Runs fits={fits.slice(0, MOST_RUNS)} />)}
      </Shown>
    </>
  );
}

const NoFit = () => (
  <p class="muted">
    No model is fitted yet. <code>tributary fit algorithmic</code> learns one from the log.
  </p>
);

function Fits({ all }: { all: readonly Fit[] }) {
  const { data: session } = useSession();
  const [asked, setAsked] = useState<Asked | null>(null);
  const is_admin = session?.signed_in === true && session.role === 'admin';
  // Those that reports use are never left out.
  const rows = all.filter(({ in_use }, i) => in_use || i < MOST_FITS);
  return (
    <>
      <Table
        caption={`Fits, newest first${rows.length < all.length ? `: ${rows.length} of ${all.length}` : ''}`}
        columns={is_admin ? [...COLUMNS, actions(setAsked)] : COLUMNS}
        rows={rows}
        keyOf={({ artifact_id }) => artifact_id}
      />
      {asked !== null && <AskPin asked={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

/** Why reports use a fit, or why not. */
function useOf({ passed, in_use, trial, pinned_for, lacks }: Fit): string {
  if (pinned_for.length > 0)
    return `in use: pinned for ${pinned_for.map((brand) => (brand === EVERY_BRAND ? 'all brands' : brand)).join(', ')}`;
  if (!passed) return `refused by its gate: ${lacks}`;
  if (trial) return 'trial: used where a report names it';
  return in_use ? 'in use: the newest that passed' : 'not in use';
}

const COLUMNS: ReadonlyArray<Column<Fit>> = [
  { name: 'Fit', cell: ({ artifact_id }) => <code>{artifact_id}</code> },
  { name: 'Model', cell: ({ attribution_model }) => words(attribution_model), by: (fit) => fit.attribution_model },
  { name: 'Brands', cell: ({ brands }) => brands.join(', '), by: ({ brands }) => brands.join() },
  { name: 'Made', cell: ({ created_at }) => instant(created_at), by: ({ created_at }) => created_at },
  { name: 'Use', cell: useOf, by: useOf },
];

interface Asked {
  fit: Fit;
  /** The brand of the pin to take away, or `*`; null to make one. */
  pinned_for: string | null;
}

const actions = (ask: (asked: Asked) => void): Column<Fit> => ({
  name: 'Pin',
  cell: (fit) => {
    const [pinned_for = null] = fit.pinned_for;
    if (pinned_for === null && (!fit.passed || fit.trial)) return null;
    const verb = pinned_for === null ? 'Pin' : 'Unpin';
    return (
      <button type="button" aria-label={`${verb} ${fit.artifact_id}`} onClick={() => ask({ fit, pinned_for })}>
        {verb}
      </button>
    );
  },
});

function AskPin({ asked: { fit, pinned_for }, onClose }: { asked: Asked; onClose: () => void }) {
  const [{ brand_id }] = useView();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const path = `${PATH}/${encodeURIComponent(fit.artifact_id)}/pin`;
  const unpins = pinned_for !== null;
  const own = brand_id !== '' && fit.brands.includes(brand_id) ? brand_id : '';
  const act = async (): Promise<void> => {
    try {
      if (unpins) await send('DELETE', addressOf(path, { brand_id: pinned_for === EVERY_BRAND ? '' : pinned_for }));
      else await send('POST', path, { reason, ...(own === '' ? {} : { brand_id: own }) });
      onClose();
      await again();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <Confirm
      title={unpins ? `Unpin ${fit.artifact_id}?` : `Pin ${fit.artifact_id} for ${own === '' ? 'all brands' : own}?`}
      yes={unpins ? 'Unpin it' : 'Pin it'}
      problem={problem}
      onYes={() => void act()}
      onClose={onClose}
    >
      {unpins ? (
        'Reports use the newest fit that passed its gate again.'
      ) : (
        <>
          Reports use it instead of the newest fit, until it is unpinned.
          <label>
            <span>Reason</span>
            <input
              type="text"
              required
              maxLength={500}
              autocomplete="off"
              value={reason}
              onInput={(event) => setReason((event.currentTarget as HTMLInputElement).value)}
            />
          </label>
        </>
      )}
    </Confirm>
  );
}

const Runs = ({ fits }: { fits: readonly Run[] }) => (
  <Table
    caption="The last scheduled fits"
    columns={RUN_COLUMNS}
    rows={fits}
    keyOf={({ began_at, model, artifact_id, reason }) => `${began_at} ${model} ${artifact_id} ${reason}`}
  />
);

const RUN_COLUMNS: ReadonlyArray<Column<Run>> = [
  { name: 'Began', cell: ({ began_at }) => instant(began_at), by: ({ began_at }) => began_at },
  { name: 'Fit of', cell: ({ model }) => words(model), by: ({ model }) => model },
  { name: 'Brand', cell: ({ brand_id }) => brand_id ?? 'all', by: ({ brand_id }) => brand_id ?? '' },
  { name: 'Outcome', cell: ({ outcome }) => outcome, by: ({ outcome }) => outcome },
  { name: 'What it gave', cell: ({ artifact_id, reason }) => (reason === '' ? (artifact_id ?? '–') : reason) },
];
