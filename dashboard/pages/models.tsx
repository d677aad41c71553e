/** The models side by side, where they disagree beyond chance, and which was closest to the experiments. */

import type { Settings } from '../api/answers.d.ts';
import { useAnswer } from '../api/ask.ts';
import { type Comparison, comparisonQuestion, useComparison } from '../api/reports.ts';
import { LINK } from '../api/shared.ts';
import { ClosestModels } from '../parts/closest-models.tsx';
import { decimalMoney, share, words } from '../parts/figures.ts';
import { FittedModels } from '../parts/fitted-models.tsx';
import { type Source, sourceOf } from '../parts/source.ts';
import { Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { TrySettings } from '../parts/try-settings.tsx';
import { useView, type View } from '../view.ts';

type Group = Comparison['groups'][number];

export default function Models() {
  const [view] = useView();
  const comparison = useComparison(view);
  return (
    <div class="page">
      <h1>Models</h1>
      <Shown answer={comparison} what="the models">
        {(data) => (
          <>
            <Disagreements data={data} />
            <SideBySide data={data} from={sourceOf(comparisonQuestion(view), data)} />
          </>
        )}
      </Shown>
      {LINK === '' && <ClosestModels view={view} />}
      {LINK === '' && <TryOwn view={view} />}
      {LINK === '' && <FittedModels />}
    </div>
  );
}

/** Sliders that stand where the settings of the brand are. Several brands may have different ones, so one has to be chosen. */
function TryOwn({ view }: { view: View }) {
  const settings = useAnswer<Settings>('/v1/settings', { brand_id: view.brand_id });
  return (
    <Shown answer={settings} what="the settings">
      {({ brands }) => {
        const own = view.brand_id === '' ? brands : brands.filter(({ brand_id }) => brand_id === view.brand_id);
        const [brand] = own;
        if (brand === undefined) return null;
        const same = own.every((other) => modelSettings(other) === modelSettings(brand));
        if (!same) return <p class="muted">Choose a brand above to try other settings: theirs are not the same.</p>;
        return (
          <TrySettings
            key={brand.brand_id}
            view={view}
            now={{ half_life_days: brand.half_life_days, ...brand.windows }}
          />
        );
      }}
    </Shown>
  );
}

const modelSettings = ({ half_life_days, windows }: Settings['brands'][number]): string =>
  JSON.stringify([half_life_days, windows]);

function Disagreements({ data: { disagreements, intervals } }: { data: Comparison }) {
  return (
    <section aria-labelledby="disagreements">
      <h2 id="disagreements">Where they disagree</h2>
      {disagreements.length === 0 && <p>The models say the same of every channel, as far as the data can tell.</p>}
      <ul class="sentences">
        {disagreements.map(({ channel, highest, lowest, beyond_chance, because }) => (
          <li key={channel}>
            <strong>{words(channel ?? 'unknown')}</strong>: {words(highest.model)} gives it {share(highest.share)},{' '}
            {words(lowest.model)} {share(lowest.share)}
            {beyond_chance ? '' : ' (this may be chance)'}. <span class="muted">{because}.</span>
          </li>
        ))}
      </ul>
      <p class="muted">
        Ranges hold in {share(intervals.level)} of {intervals.draws} resamples over {intervals.over}.
      </p>
    </section>
  );
}

function SideBySide({ data: { groups, attribution_models, currency }, from }: { data: Comparison; from: Source }) {
  const columns: ReadonlyArray<Column<Group>> = [
    { name: 'Channel', cell: ({ channel }) => words(channel ?? 'unknown'), by: ({ channel }) => channel },
    ...attribution_models.map(
      (model): Column<Group> => ({
        name: words(model),
        right: true,
        cell: ({ models }) => {
          const own = models[model];
          if (own === undefined) return '–';
          return (
            <>
              {decimalMoney(own.attributed_revenue, currency)}
              <br />
              <span class="muted">
                {share(own.share)}, likely {share(own.share_low)} to {share(own.share_high)}
              </span>
            </>
          );
        },
        by: ({ models }) => Number(models[model]?.attributed_revenue ?? 0),
      }),
    ),
  ];
  return (
    <Table
      caption="Net revenue of each channel under each model"
      columns={columns}
      rows={groups}
      keyOf={({ channel }) => channel ?? ''}
      from={from}
    />
  );
}
