/** Sources: what each provider's webhooks brought, and the second try of what could not be used. */
import { useState } from 'preact/hooks';
import type { Sources } from '../../api/answers.d.ts';
import { client, send, useAnswer } from '../../api/ask.ts';
import { AdminFrame } from '../../parts/admin-frame.tsx';
import { count, instant } from '../../parts/figures.ts';
import { Notice, Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';

const PATH = '/v1/sources';
type Source = Sources['sources'][number];

const EXAMPLE = `"sources": {
  "mail": {"provider": "sendgrid", "public_key": "…"},
  "shop": {"provider": "shopify", "secrets": [{"env": "SHOPIFY_SECRET"}]}
}`;

export default function SourcesPage() {
  return (
    <AdminFrame title="Sources">
      <AllSources />
    </AdminFrame>
  );
}

function AllSources() {
  const sources = useAnswer<Sources>(PATH);
  const [said, setSaid] = useState('');
  const retry = async (source_id: string): Promise<void> => {
    try {
      const path = `${PATH}/${encodeURIComponent(source_id)}/replay`;
      const { accepted, unusable } = await send<{ accepted: number; unusable: number }>('POST', path);
      setSaid(`${source_id}: accepted now ${count(accepted)}, still kept ${count(unusable)}.`);
      await client.invalidateQueries({ queryKey: [PATH] });
    } catch (error) {
      setSaid((error as Error).message);
    }
  };
  return (
    <>
      <Shown answer={sources} what="the sources">
        {({ sources: all }) =>
          all.length === 0 ? (
            <Notice title="No source is configured">Name one in the configuration file, as below.</Notice>
          ) : (
            <Table
              caption="What the webhooks of each source brought"
              columns={columnsOf((source_id) => void retry(source_id))}
              rows={all}
              keyOf={({ source_id }) => source_id}
            />
          )
        }
      </Shown>
      <p role="status">{said}</p>
      <section aria-labelledby="add">
        <h2 id="add">Add a source</h2>
        <p>
          Sources are in the configuration file, because their secrets are. Name one, start the server again, and enter
          its URL, <code>{location.origin}/v1/sources/ID</code>, at the provider. The documentation has a page for each
          provider.
        </p>
        <pre class="snippet">{EXAMPLE}</pre>
      </section>
    </>
  );
}

function columnsOf(retry: (source_id: string) => void): ReadonlyArray<Column<Source>> {
  const number = (name: string, meaning: string, of: (source: Source) => number): Column<Source> => ({
    name,
    meaning,
    right: true,
    cell: (source) => count(of(source)),
    by: of,
  });
  return [
    { name: 'Source', cell: ({ source_id }) => source_id, by: ({ source_id }) => source_id },
    { name: 'Provider', cell: ({ provider }) => provider, by: ({ provider }) => provider },
    {
      name: 'Brand',
      cell: ({ brand_id, by_sender }) => (by_sender ? `by sender, else ${brand_id}` : brand_id),
      by: ({ brand_id }) => brand_id,
    },
    {
      name: 'Last delivery',
      cell: ({ last_delivery_at }) => (last_delivery_at === null ? 'never' : instant(last_delivery_at)),
      by: ({ last_delivery_at }) => last_delivery_at,
    },
    number('Deliveries', 'Requests with proof', ({ deliveries }) => deliveries),
    number('Refused', 'Requests without proof', ({ refused_deliveries }) => refused_deliveries),
    number('Accepted', 'Records on disk, repeats among them', ({ accepted }) => accepted),
    number('Ignored', 'Events that mean nothing here', ({ ignored }) => ignored),
    {
      name: 'Kept',
      meaning: 'Events that could not be used, and can be tried again',
      cell: ({ source_id, letters }) =>
        letters === 0 ? (
          '0'
        ) : (
          <>
            {count(letters)}{' '}
            <button
              type="button"
              aria-label={`Try again the kept events of ${source_id}`}
              onClick={() => retry(source_id)}
            >
              Try again
            </button>
          </>
        ),
      by: ({ letters }) => letters,
    },
    {
      name: 'Last reason',
      cell: ({ last_reason, last_refusal }) => <span class="wrap">{last_reason ?? last_refusal ?? '–'}</span>,
    },
  ];
}
