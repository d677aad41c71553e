/** The models side by side, and where they disagree beyond chance. */
import { type Comparison, comparisonQuestion, useComparison } from '../api/reports.ts';
import { LINK } from '../api/shared.ts';
import { decimalMoney, share, words } from '../parts/figures.ts';
import { type Source, sourceOf } from '../parts/source.ts';
import { Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { TrySettings } from '../parts/try-settings.tsx';
import { useView } from '../view.ts';

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
      {LINK === '' && <TrySettings view={view} />}
    </div>
  );
}

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
