/** The page of a link: one view, without navigation and controls. */
import { useQuery } from '@tanstack/react-query';
import { type JSX, options, type VNode } from 'preact';
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import { Route, Router, Switch } from 'wouter-preact';
import { call, Refusal, send } from '../api/ask.ts';
import { fixView, LINK } from '../api/shared.ts';
import { addDays } from '../days.ts';
import { instant, shortDay, words } from '../parts/figures.ts';
import { Loading, Notice } from '../parts/states.tsx';
import type { View } from '../view.ts';

const Overview = lazy(() => import('./overview/page.tsx'));
const Channels = lazy(() => import('./channels.tsx'));
const Campaigns = lazy(() => import('./campaigns/page.tsx'));
const Campaign = lazy(() => import('./campaigns/campaign.tsx'));
const Changes = lazy(() => import('./changes.tsx'));
const Email = lazy(() => import('./email/page.tsx'));
const Journeys = lazy(() => import('./journeys/page.tsx'));
const Models = lazy(() => import('./models.tsx'));

interface SharedView {
  name: string;
  path: string;
  view: View;
  expires_at: string;
}

/** The link leads to this page only: links to other pages, and buttons that look like links or tell why, become plain text, and files to save are left out. */
function withoutLinks(): void {
  const before = options.vnode;
  options.vnode = (vnode: VNode) => {
    const props = vnode.props as { href?: unknown; class?: unknown; download?: unknown };
    const leads_away = vnode.type === 'a' && typeof props.href === 'string' && props.href.startsWith('/');
    const leads_on = vnode.type === 'button' && (props.class === 'link' || props.class === 'why-figure');
    if (leads_away || leads_on) {
      vnode.type = 'span';
      const { children } = vnode.props;
      const plain = { class: leads_away ? 'no-link' : '', children, hidden: props.download !== undefined };
      vnode.props = plain;
    }
    before?.(vnode);
  };
}

withoutLinks();

export default function SharedPage() {
  const query = useQuery<SharedView, Error>({
    queryKey: [`${LINK}/view`],
    queryFn: async () => {
      const shared = await call<SharedView>(`${LINK}/view`);
      fixView(shared.view);
      return shared;
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data, error, refetch } = query;
  useEffect(() => {
    if (data) document.title = data.name;
  }, [data]);
  if (error instanceof Refusal && error.field === 'password') return <Password onEntered={() => void refetch()} />;
  if (error) return <Notice title="This cannot be shown">{error.message}</Notice>;
  if (data === undefined) return <Loading what="the view" />;
  return <Frame shared={data} />;
}

function Frame({ shared: { name, path, view, expires_at } }: { shared: SharedView }) {
  return (
    <>
      <header class="shared-head">
        <p>
          <strong>{name}</strong>
        </p>
        <p class="muted">
          {shortDay(view.start)} to {shortDay(addDays(view.end, -1))} · {words(view.model)}
          {view.currency !== '' && ` · ${view.currency}`}
          {view.brand_id !== '' && ` · ${view.brand_id}`}
          {view.filter.map((one) => ` · ${one}`)} · this link works until {instant(expires_at)}
        </p>
      </header>
      <main id="content" class="shared-page" tabIndex={-1}>
        <Suspense fallback={<Loading what="the page" />}>
          <Router hook={() => [path, () => undefined]}>
            <Switch>
              <Route path="/" component={Overview} />
              <Route path="/channels" component={Channels} />
              <Route path="/campaigns" component={Campaigns} />
              <Route path="/campaigns/:id" component={Campaign} />
              <Route path="/changes" component={Changes} />
              <Route path="/email" component={Email} />
              <Route path="/journeys" component={Journeys} />
              <Route path="/models" component={Models} />
            </Switch>
          </Router>
        </Suspense>
      </main>
    </>
  );
}

function Password({ onEntered }: { onEntered: () => void }) {
  const [fault, setFault] = useState('');
  const onSubmit = (event: JSX.TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password') ?? '');
    send('POST', `${LINK}/password`, { password }).then(onEntered, (error: Error) => setFault(error.message));
  };
  return (
    <main class="sign-in">
      <form onSubmit={onSubmit}>
        <h1>This view has a password</h1>
        <label>
          <span>Password</span>
          <input name="password" type="password" required autocomplete="off" />
        </label>
        <button type="submit">Show it</button>
        {fault !== '' && <p role="alert">{fault}</p>}
      </form>
    </main>
  );
}
