/** Brands and settings: what is configured, and what other model settings would have done to last month. */
import type { Settings } from '../../api/answers.d.ts';
import { useAnswer } from '../../api/ask.ts';
import { AdminFrame } from '../../parts/admin-frame.tsx';
import { Choice } from '../../parts/choice.tsx';
import { share, words } from '../../parts/figures.ts';
import { periods } from '../../parts/periods.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { TrySettings } from '../../parts/try-settings.tsx';
import { useView } from '../../view.ts';

type Brand = Settings['brands'][number];

export default function SettingsPage() {
  return (
    <AdminFrame title="Brands and settings">
      <AllSettings />
    </AdminFrame>
  );
}

function AllSettings() {
  const settings = useAnswer<Settings>('/v1/settings');
  return (
    <Shown answer={settings} what="the settings">
      {({ brands, installation }) => (
        <>
          <p>Settings are changed in the configuration file, and hold after the next start of the server.</p>
          <Table
            caption="What holds for each brand"
            columns={BRANDS}
            rows={brands}
            keyOf={({ brand_id }) => brand_id}
          />
          <Preview brands={brands} />
          {installation !== null && (
            <Table
              caption="What holds for all brands"
              columns={INSTALLATION}
              rows={installation}
              keyOf={({ setting }) => setting}
            />
          )}
        </>
      )}
    </Shown>
  );
}

const days = (n: number): string => `${n} ${n === 1 ? 'day' : 'days'}`;
const BRANDS: ReadonlyArray<Column<Brand>> = [
  { name: 'Brand', cell: ({ brand_id }) => brand_id, by: ({ brand_id }) => brand_id },
  { name: 'In the file', cell: ({ configured }) => (configured ? 'yes' : 'defaults') },
  { name: 'Currency', cell: ({ currency }) => currency, by: ({ currency }) => currency },
  { name: 'Time zone', cell: ({ time_zone }) => time_zone, by: ({ time_zone }) => time_zone },
  {
    name: 'Views',
    meaning: 'How long before an order a view may earn credit',
    right: true,
    cell: ({ windows }) => days(windows.view_days),
  },
  {
    name: 'Email clicks',
    meaning: 'How long before an order a click in an email may earn credit',
    right: true,
    cell: ({ windows }) => days(windows.email_days),
  },
  {
    name: 'Other clicks',
    meaning: 'How long before an order another click or visit may earn credit',
    right: true,
    cell: ({ windows }) => days(windows.click_days),
  },
  { name: 'Half-life', right: true, cell: ({ half_life_days }) => days(half_life_days) },
  { name: 'First, last', right: true, cell: ({ position }) => `${share(position.first)}, ${share(position.last)}` },
  { name: 'Own models', cell: ({ custom_models }) => custom_models.map(words).join(', ') || '–' },
  {
    name: 'Others for',
    meaning: 'Conversion types with model settings of their own',
    cell: ({ by_conversion_type }) => by_conversion_type.map(words).join(', ') || '–',
  },
  { name: 'Orders from pages', cell: ({ page_conversions }) => (page_conversions ? 'taken' : 'refused') },
];

const INSTALLATION: ReadonlyArray<Column<NonNullable<Settings['installation']>[number]>> = [
  { name: 'Setting', cell: ({ setting }) => <code>{setting}</code> },
  { name: 'Value', cell: ({ value }) => <span class="wrap">{value === '' ? '–' : value}</span> },
];

/** Credit of last month by channel, as it is and under settings that are tried. Nothing is stored. */
function Preview({ brands }: { brands: readonly Brand[] }) {
  const [view, change] = useView();
  const { start, end } = periods().find(({ name }) => name === 'Last month')!;
  const brand = brands.find(({ brand_id }) => brand_id === view.brand_id) ?? brands[0];
  if (brand === undefined) return null;
  const { brand_id, currency, windows, half_life_days } = brand;
  return (
    <>
      {brands.length > 1 && (
        <Choice
          label="Brand of the preview"
          value={brand_id}
          options={brands.map((one): [string, string] => [one.brand_id, one.brand_id])}
          onChange={(next) => change({ brand_id: next })}
        />
      )}
      <TrySettings
        key={brand_id}
        title={`What other settings would have done to last month (${brand_id})`}
        view={{ ...view, start, end, brand_id, currency, filter: [] }}
        now={{ half_life_days, ...windows }}
        then={(tried) => <Lines brand_id={brand_id} tried={tried} />}
      />
    </>
  );
}

/** What to write into the configuration file to keep what is tried. */
function Lines({ brand_id, tried }: { brand_id: string; tried: Readonly<Record<string, string>> }) {
  const { half_life_days, ...windows } = tried;
  if (Object.keys(tried).length === 0) return <p class="muted">Move a slider to see what would change.</p>;
  const settings = {
    ...(half_life_days === undefined ? {} : { half_life_days: Number(half_life_days) }),
    ...(Object.keys(windows).length === 0
      ? {}
      : { windows: Object.fromEntries(Object.entries(windows).map(([name, text]) => [name, Number(text)])) }),
  };
  return (
    <>
      <p>To keep this, write it into the configuration file and start the server again:</p>
      <pre class="snippet">{`"brands": ${JSON.stringify({ [brand_id]: settings }, null, 2)}`}</pre>
    </>
  );
}
