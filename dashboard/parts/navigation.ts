/** The pages that whoever is signed in may open. */
import { includes, useSession } from '../api/session.ts';
import { ADMIN_PAGES, PAGES } from '../places.ts';

interface Place {
  path: string;
  name: string;
}

export function usePlaces(): { pages: readonly Place[]; of_admins: readonly Place[] } {
  const { data: session } = useSession();
  if (!session?.signed_in) return { pages: [], of_admins: [] };
  const { role } = session;
  return {
    pages: PAGES.filter((page) => !('role' in page) || includes(role, page.role)),
    of_admins: includes(role, 'admin') ? ADMIN_PAGES : [],
  };
}
