/** The frame of the pages of admins. The server refuses everybody else; this says it before it is asked. */
import type { ComponentChildren } from 'preact';
import { Link, useLocation } from 'wouter-preact';
import { useSession } from '../api/session.ts';
import { ADMIN_PAGES } from '../places.ts';
import { useView, withView } from '../view.ts';
import { Notice } from './states.tsx';

export function AdminFrame({ title, children }: { title: string; children: ComponentChildren }) {
  const { data: session } = useSession();
  const [path] = useLocation();
  const [view] = useView();
  if (!session?.signed_in || session.role !== 'admin')
    return (
      <div class="page">
        <h1>{title}</h1>
        <Notice title="This page is for admins">
          It needs the role admin. You are signed in as {session?.signed_in ? session.role : 'nobody'}. Ask who runs
          this Tributary.
        </Notice>
      </div>
    );
  return (
    <div class="page">
      <nav class="admin-nav" aria-label="Pages of admins">
        {ADMIN_PAGES.map(({ path: to, name }) => (
          <Link key={to} href={withView(to, view)} aria-current={path === to ? 'page' : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      <h1>{title}</h1>
      {children}
    </div>
  );
}
