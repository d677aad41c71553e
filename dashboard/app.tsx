/** The frame of every page: who is signed in, where one can go, and what is looked at. */
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Link, Route, Switch, useLocation } from 'wouter-preact';
import { client } from './api/ask.ts';
import { includes, type SignedIn as Session, signOut, useSession } from './api/session.ts';
import { LINK } from './api/shared.ts';
import { Setup } from './pages/setup.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { BrandNamed } from './parts/brands.tsx';
import { Controls } from './parts/controls.tsx';
import { usePlaces } from './parts/navigation.ts';
import { Palette } from './parts/palette.tsx';
import { ProgressBar } from './parts/progress-bar.tsx';
import { Share } from './parts/share.tsx';
import { Failed, Loading, Notice } from './parts/states.tsx';
import { Views } from './parts/views.tsx';
import { WhyDialog } from './parts/why.tsx';
import { useView, withView } from './view.ts';

const SharedPage = lazy(() => import('./pages/shared.tsx'));
const Overview = lazy(() => import('./pages/overview/page.tsx'));
const Brands = lazy(() => import('./pages/brands/page.tsx'));
const Advice = lazy(() => import('./pages/advice/page.tsx'));
const Channels = lazy(() => import('./pages/channels.tsx'));
const Campaigns = lazy(() => import('./pages/campaigns/page.tsx'));
const Campaign = lazy(() => import('./pages/campaigns/campaign.tsx'));
const Changes = lazy(() => import('./pages/changes.tsx'));
const Email = lazy(() => import('./pages/email/page.tsx'));
const Live = lazy(() => import('./pages/live.tsx'));
const LineagePage = lazy(() => import('./pages/lineage.tsx'));
const Journeys = lazy(() => import('./pages/journeys/page.tsx'));
const Customers = lazy(() => import('./pages/customers/page.tsx'));
const Customer = lazy(() => import('./pages/customers/customer.tsx'));
const Order = lazy(() => import('./pages/order.tsx'));
const Models = lazy(() => import('./pages/models.tsx'));
const Quality = lazy(() => import('./pages/quality.tsx'));
const Incidents = lazy(() => import('./pages/incidents.tsx'));
const Experiments = lazy(() => import('./pages/experiments/page.tsx'));
const Experiment = lazy(() => import('./pages/experiments/experiment.tsx'));
const Keys = lazy(() => import('./pages/admin/keys.tsx'));
const Sources = lazy(() => import('./pages/admin/sources.tsx'));
const Settings = lazy(() => import('./pages/admin/settings.tsx'));

export function App() {
  return (
    <QueryClientProvider client={client}>
      {LINK === '' ? (
        <SignedIn />
      ) : (
        <Suspense fallback={<Loading what="the view" />}>
          <SharedPage />
        </Suspense>
      )}
    </QueryClientProvider>
  );
}

function SignedIn() {
  const { data, error, isPending } = useSession();
  const [has_key, setHasKey] = useState(false);
  if (isPending) return <Loading what="Tributary" />;
  if (error) return <Failed error={error} />;
  if (!data.signed_in)
    return data.needs_setup && !has_key ? (
      <Setup provider={data.provider} onKey={() => setHasKey(true)} />
    ) : (
      <SignIn provider={data.provider} />
    );
  return (
    <BrandNamed session={data}>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <ProgressBar />
      <Header session={data} />
      <main id="content" tabIndex={-1}>
        <WhyDialog>
          <Suspense fallback={<Loading what="the page" />}>
            <Switch>
              <Route path="/" component={Overview} />
              <Route path="/brands" component={Brands} />
              <Route path="/advice" component={Advice} />
              <Route path="/channels" component={Channels} />
              <Route path="/campaigns" component={Campaigns} />
              <Route path="/campaigns/:id" component={Campaign} />
              <Route path="/changes" component={Changes} />
              <Route path="/email" component={Email} />
              <Route path="/live" component={Live} />
              <Route path="/lineage" component={LineagePage} />
              <Route path="/journeys" component={Journeys} />
              <Route path="/customers" component={Customers} />
              <Route path="/customers/:id" component={Customer} />
              <Route path="/orders/:id" component={Order} />
              <Route path="/models" component={Models} />
              <Route path="/quality" component={Quality} />
              <Route path="/incidents" component={Incidents} />
              <Route path="/experiments" component={Experiments} />
              <Route path="/experiments/:id" component={Experiment} />
              <Route path="/admin/keys" component={Keys} />
              <Route path="/admin/sources" component={Sources} />
              <Route path="/admin/settings" component={Settings} />
              <Route>
                <Notice title="There is no such page">Choose one above.</Notice>
              </Route>
            </Switch>
          </Suspense>
        </WhyDialog>
      </main>
    </BrandNamed>
  );
}

/** What stays visible of the page before the current one. */
const NAV_MARGIN_PX = 60;

function Header({ session: { name, role, by } }: { session: Session }) {
  const [path] = useLocation();
  const [view] = useView();
  const { pages, of_admins } = usePlaces();
  const is_admin_page = path.startsWith('/admin/');
  const row = useRef<HTMLElement>(null);
  // On a phone the pages are a row that scrolls. scrollIntoView would move the place where the Tab key begins.
  useEffect(() => {
    const current = row.current?.querySelector<HTMLElement>('[aria-current]');
    if (row.current && current) row.current.scrollLeft = current.offsetLeft - row.current.offsetLeft - NAV_MARGIN_PX;
  }, [path]);
  return (
    <header class="top">
      <div class="top-row">
        <Link href={withView('/', view)} class="brand">
          <Mark />
          Tributary
        </Link>
        <nav aria-label="Pages" ref={row}>
          {pages.map(({ path: to, name: text }) => (
            <Link key={to} href={withView(to, view)} aria-current={path === to ? 'page' : undefined}>
              {text}
            </Link>
          ))}
        </nav>
        <div class="top-end">
          <Views />
          {includes(role, 'analyst') && <Share />}
          {of_admins[0] !== undefined && (
            <nav aria-label="Administration">
              <Link href={withView(of_admins[0].path, view)} aria-current={is_admin_page ? 'page' : undefined}>
                Admin
              </Link>
            </nav>
          )}
          <Palette />
          <button
            type="button"
            class="quiet"
            onClick={() => void signOut()}
            title={by === 'key' ? `Signed in with the key “${name}” (${role})` : `Signed in as ${name} (${role})`}
          >
            Sign out
          </button>
        </div>
      </div>
      {!is_admin_page && <Controls />}
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <path
        d="M4 6c7 0 8 9 12 12.5s6 5 12 5M28 8c-5 0-7.500 3.500-9.500 7"
        fill="none"
        stroke="currentColor"
        stroke-width="3.200"
        stroke-linecap="round"
      />
    </svg>
  );
}
