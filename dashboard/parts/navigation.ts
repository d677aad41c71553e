/** The pages that whoever is signed in may open. */
import { includes, useSession } from '../api/session.ts';
import { ADMIN_PAGES, PAGES } from '../places.ts';
import { useBrands } from './brands.tsx';

interface Place {
  path: string;
  name: string;
}

export function usePlaces(): { pages: readonly Place[]; of_admins: readonly Place[] } {
  const { data: session } = useSession();
  const { brand_ids } = useBrands();
  if (!session?.signed_in) return { pages: [], of_admins: [] };
  const { role } = session;
  return {
    pages: PAGES.filter(
      (page) => (!('role' in page) || includes(role, page.role)) && (!('of_brands' in page) || brand_ids.length > 1),
    ),
    of_admins: includes(role, 'admin') ? ADMIN_PAGES : [],
  };
}
