/** The dialog that makes links to what is shown, and lists and revokes those that there are. */
import { useQueryClient } from '@tanstack/react-query';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { ShareLinks as Answer } from '../api/answers.d.ts';
import { addressOf, send, useAnswer } from '../api/ask.ts';
import { asked, useAddress, useView, type View, withView } from '../view.ts';
import { instant } from './figures.ts';
import { periodOf } from './periods.ts';
import { type Column, Table } from './table.tsx';

type Link = Answer['links'][number];

const PATH = '/v1/share-links';
/** The pages that the server makes links to. */
const CAN_BE_SHARED = /^\/(channels|campaigns(\/[^/]+)?|changes|email|journeys|models)?$/;
const DEFAULT_DAYS = 7;
const MAX_DAYS = 90;
const KINDS = [
  ['page', 'A page to look at'],
  ['csv', 'A table for a spreadsheet'],
  ['embed', 'A page within another site'],
] as const;

/** The report behind the table of each page. */
const TABLES: Readonly<Record<string, readonly [path: string, group_by?: string]>> = {
  '/': ['/v1/reports/attribution', 'day'],
  '/channels': ['/v1/reports/attribution', 'channel'],
  '/campaigns': ['/v1/reports/campaigns'],
};

function tableAddress(path: string, view: View, moves: boolean): string {
  const [report, group_by] = TABLES[path]!;
  const { start, end, ...others } = asked(view);
  return addressOf(report, { ...others, ...(moves ? {} : { start, end }), group_by });
}

export function Share() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const show = (): void => {
    setOpen(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" class="quiet" onClick={show}>
        Share view
      </button>
      <dialog ref={dialog} class="share" aria-labelledby="share-title" onClose={() => setOpen(false)}>
        <div class="share-head">
          <h2 id="share-title">Share what is shown</h2>
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
        {open && <Sharing />}
      </dialog>
    </>
  );
}

function Sharing() {
  const queries = useQueryClient();
  const [path] = useLocation();
  const links = useAnswer<Answer>(PATH);
  const [made, setMade] = useState('');
  const [said, setSaid] = useState('');
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: [PATH] });
  const revoke = ({ link_id, name }: Link): void => {
    send('DELETE', `${PATH}/${link_id}`).then(
      () => {
        setSaid(`Revoked: ${name}`);
        return again();
      },
      (error: Error) => setSaid(error.message),
    );
  };
  return (
    <>
      {CAN_BE_SHARED.test(path) ? (
        <ShareForm
          onMade={(made_path) => {
            setMade(location.origin + made_path);
            return again();
          }}
        />
      ) : (
        <p>This page cannot be shared. Links show reports only, and no person, order or event.</p>
      )}
      {made !== '' && <Made address={made} />}
      <p role="status">{said}</p>
      {links.data && links.data.links.length > 0 && <LinkTable links={links.data.links} revoke={revoke} />}
    </>
  );
}

function Made({ address }: { address: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="made">
      <label>
        <span>Its address. Note it now: it is not shown again.</span>
        <input type="text" readOnly value={address} onFocus={({ currentTarget }) => currentTarget.select()} />
      </label>
      <button
        type="button"
        onClick={() => {
          navigator.clipboard?.writeText(address).then(
            () => setCopied(true),
            () => undefined,
          );
        }}
      >
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

function LinkTable({ links, revoke }: { links: readonly Link[]; revoke: (link: Link) => void }) {
  const columns: ReadonlyArray<Column<Link>> = [
    {
      name: 'Name',
      cell: ({ name, has_password }) => (has_password ? `${name} (password)` : name),
      by: ({ name }) => name,
    },
    {
      name: 'End it now',
      cell: (link) => (
        <button type="button" aria-label={`Revoke ${link.name}`} onClick={() => revoke(link)}>
          Revoke
        </button>
      ),
    },
    { name: 'For', cell: ({ kind }) => KINDS.find(([own]) => own === kind)?.[1] },
    { name: 'Ends', cell: ({ expires_at }) => instant(expires_at), by: ({ expires_at }) => expires_at },
    { name: 'Made by', cell: ({ created_by }) => created_by, by: ({ created_by }) => created_by },
  ];
  return <Table caption="Links that work" columns={columns} rows={links} keyOf={({ link_id }) => link_id} />;
}

function ShareForm({ onMade }: { onMade: (path: string) => Promise<void> }) {
  const [view] = useView();
  const [path] = useLocation();
  const has_own_choices = useAddress() !== withView(path, view);
  const [kind, setKind] = useState('page');
  const [fault, setFault] = useState('');
  const period = periodOf(view);
  const kinds = KINDS.filter(([own]) => own !== 'csv' || TABLES[path] !== undefined);
  const onSubmit = (event: JSX.TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string): string => String(data.get(name) ?? '');
    const moves = text('moves') === 'yes' && period !== undefined;
    const body = {
      kind,
      name: text('name'),
      address: kind === 'csv' ? tableAddress(path, view, moves) : withView(path, view),
      days: Number(text('days')),
      ...(moves ? { period: period.code } : {}),
      ...(text('password') ? { password: text('password') } : {}),
      ...(view.brand_id ? { brand_id: view.brand_id } : {}),
    };
    send<{ path: string }>('POST', PATH, body).then(
      (link) => {
        setFault('');
        return onMade(link.path);
      },
      (error: Error) => setFault(error.message),
    );
  };
  return (
    <form class="note-form" onSubmit={onSubmit}>
      <label>
        <span>Name</span>
        <input type="text" name="name" required maxLength={100} autocomplete="off" />
      </label>
      <label>
        <span>For</span>
        <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
          {kinds.map(([own, name]) => (
            <option key={own} value={own}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {period && (
        <label>
          <span>Days</span>
          <select name="moves">
            <option value="yes">{period.name}, moving on</option>
            <option value="no">As they are now</option>
          </select>
        </label>
      )}
      <label>
        <span>Ends after days</span>
        <input type="number" name="days" min={1} max={MAX_DAYS} defaultValue={String(DEFAULT_DAYS)} required />
      </label>
      {kind === 'page' && (
        <label>
          <span>Password, if you like</span>
          <input type="password" name="password" minLength={8} maxLength={200} autocomplete="new-password" />
        </label>
      )}
      <button type="submit">Make a link</button>
      {fault !== '' && <p role="alert">{fault}</p>}
      <p class="muted">
        Who has the link sees this view with these filters, and nothing else. It needs no key.
        {view.currency === '' ? '' : ` Amounts are in ${view.currency}.`}
        {has_own_choices && ' The choices of this page itself, below its name, are as at the beginning.'}
      </p>
    </form>
  );
}
