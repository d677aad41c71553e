/** All brands that one may see at a glance: each with its own figures, and all together with every shared order once. */
import { Link } from 'wouter-preact';
import { type Consolidated, consolidatedQuestion, useConsolidated } from '../../api/reports.ts';
import { useBrands } from '../../parts/brands.tsx';
import { count } from '../../parts/figures.ts';
import { sourceOf } from '../../parts/source.ts';
import { Failed, Loading, Notice, Shown } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { useOwnChoice, useView, type View, withView } from '../../view.ts';
import { brandColumns } from './columns.tsx';
import { SharedOrders } from './shared-orders.tsx';
import { Together } from './together.tsx';

/** More brands than this have a field to search them, and more rows than this are shown when asked for. */
const SEARCHED_FROM = 10;
const MOST_ROWS = 200;

export default function Brands() {
  const [view] = useView();
  const { brand_ids, error, isPending } = useBrands();
  const several = brand_ids.length > 1;
  const brands = useConsolidated(view, several);
  return (
    <div class="page">
      <h1>Brands</h1>
      {error ? (
        <Failed error={error} />
      ) : isPending ? (
        <Loading what="the brands" />
      ) : several ? (
        <Shown answer={brands} what="the brands" tall={40}>
          {(data) => <Listed data={data} view={view} />}
        </Shown>
      ) : (
        <Notice title={brand_ids.length === 0 ? 'There is no brand yet' : `You see one brand, ${brand_ids[0]}`}>
          This page sets several brands side by side. <Link href={withView('/', view)}>The overview</Link> has the
          figures of one.
        </Notice>
      )}
    </div>
  );
}

function Listed({ data, view }: { data: Consolidated; view: View }) {
  const [[text = ''], setText] = useOwnChoice('name');
  const rows = data.brands.filter(({ brand_id }) => brand_id.toLowerCase().includes(text.toLowerCase()));
  if (data.brands.every(({ conversions, spend_micros }) => conversions === 0 && !Number(spend_micros)))
    return (
      <Notice title="No brand has an order in this period">
        {count(data.brands.length)} brands are known. Choose another period above.
      </Notice>
    );
  return (
    <>
      <Together data={data} view={view} />
      {data.brands.length > SEARCHED_FROM && (
        <form class="own-controls" aria-label="Which brands" onSubmit={(event) => event.preventDefault()}>
          <label class="choice">
            <span>Name has</span>
            <input
              type="text"
              value={text}
              spellcheck={false}
              onInput={({ currentTarget: { value } }) => setText(value.trim() === '' ? [] : [value.trim()])}
            />
          </label>
          <p class="muted" role="status">
            {count(rows.length)} of {count(data.brands.length)} brands
          </p>
        </form>
      )}
      <Table
        caption="Brands, most net sales first"
        columns={brandColumns(data, view)}
        rows={rows}
        keyOf={({ brand_id }) => brand_id}
        from={sourceOf(consolidatedQuestion(view), data)}
        nameOf={({ brand_id }) => brand_id}
        empty="No brand has this in its name."
        most={MOST_ROWS}
      />
      <SharedOrders data={data} />
    </>
  );
}
