/** The brand that is looked at. Who may see some brands only always looks at one of them. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Brands } from '../api/answers.d.ts';
import { nameBrand, useAnswer } from '../api/ask.ts';
import { type SignedIn, useSession } from '../api/session.ts';
import { useView } from '../view.ts';
import { Choice } from './choice.tsx';
import { Loading } from './states.tsx';

/** The brands that one may choose; none while they are asked for, or where they could not be read. */
export function useBrands(): { brand_ids: readonly string[]; error: Error | null; isPending: boolean } {
  const { data: session } = useSession();
  const own = session?.signed_in ? session.brand_ids : null;
  const { data, error, isPending } = useAnswer<Brands>('/v1/brands', {}, session?.signed_in === true && own === null);
  if (own !== null) return { brand_ids: own, error: null, isPending: false };
  return { brand_ids: data?.brands.map(({ brand_id }) => brand_id) ?? [], error, isPending };
}

export function BrandChoice() {
  const [view, change] = useView();
  const { data: session } = useSession();
  const { brand_ids: brands } = useBrands();
  if (brands.length < 2) return null;
  const may_all = session?.signed_in === true && session.brand_ids === null;
  const options = brands.map((brand_id): [string, string] => [brand_id, brand_id]);
  return (
    <Choice
      label="Brand"
      value={view.brand_id}
      options={may_all ? [['', 'all'], ...options] : options}
      onChange={(brand_id) => change({ brand_id })}
    />
  );
}

/** The dashboard, once it looks at a brand that the session may see. */
export function BrandNamed({
  session: { by, brand_ids },
  children,
}: {
  session: SignedIn;
  children: ComponentChildren;
}) {
  const [{ brand_id }, change] = useView();
  const [first] = brand_ids ?? [];
  const is_foreign = brand_ids !== null && brand_id !== '' && !brand_ids.includes(brand_id);
  const is_open = brand_ids !== null && brand_ids.length > 1 && brand_id === '';
  const must_change = first !== undefined && (is_foreign || is_open);
  useEffect(() => {
    if (must_change) change({ brand_id: first });
  });
  if (must_change) return <Loading what="the brand" />;
  nameBrand(by === 'person' && brand_ids !== null && brand_ids.length > 1 ? brand_id : null);
  return <>{children}</>;
}
