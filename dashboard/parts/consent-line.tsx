/** One line that says what consent hides of the revenue of a page, where the settings of a brand ask for consent. */
import type { Settings } from '../api/answers.d.ts';
import { useAnswer } from '../api/ask.ts';
import { useAttribution } from '../api/reports.ts';
import { LINK } from '../api/shared.ts';
import type { View } from '../view.ts';
import { decimalMoney } from './figures.ts';
import { Meaning } from './meaning.tsx';

/** @param ready false while what matters more is asked for. */
export function ConsentLine({ view, ready }: { view: View; ready: boolean }) {
  // Who has a link sees one view, and no settings.
  return LINK === '' ? <OfBrands view={view} ready={ready} /> : null;
}

function OfBrands({ view, ready }: { view: View; ready: boolean }) {
  const { data } = useAnswer<Settings>('/v1/settings', { brand_id: view.brand_id }, ready);
  const own = data?.brands.filter(({ brand_id }) => view.brand_id === '' || brand_id === view.brand_id) ?? [];
  const asks = own.some(({ consent }) => consent !== undefined);
  return asks ? <Bounds view={view} ready={ready} /> : null;
}

function Bounds({ view, ready }: { view: View; ready: boolean }) {
  const { data } = useAttribution(view, 'channel', { consent_bounds: true }, ready);
  const bounds = data?.consent_bounds;
  if (data === undefined || bounds === undefined) return null;
  const { total, groups, not_stored_events } = bounds;
  if (groups.length === 0 && not_stored_events === 0) return null;
  return (
    <p class="muted">
      Consent hides some touchpoints: {decimalMoney(total.observed_revenue, data.currency)} is attributed, and{' '}
      {decimalMoney(total.possible_revenue, data.currency)} would be if nothing was hidden.
      {not_stored_events > 0 && ` ${not_stored_events} more were only counted.`}{' '}
      <Meaning of="what consent hides">
        Touchpoints of people who denied measurement, or had not granted it, earn nothing. The second figure answers the
        same question as if consent hid nothing. Orders count in both.
      </Meaning>
    </p>
  );
}
