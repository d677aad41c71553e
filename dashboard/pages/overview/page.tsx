/** What did email earn, against before, and which share of all sales; what to do today; and why others say otherwise. */
import { Link } from 'wouter-preact';
import { useAttribution, useCampaigns } from '../../api/reports.ts';
import { CampaignTable } from '../../parts/campaign-table.tsx';
import { Shown } from '../../parts/states.tsx';
import { useView, type View, withView } from '../../view.ts';
import { Cards, Headline } from './cards.tsx';
import { ShopAndClaims } from './claims.tsx';
import { Days } from './days.tsx';
import { EMAIL } from './email.ts';
import { Things } from './things.tsx';

const MOST_CAMPAIGNS = 10;

export default function Overview() {
  const [view] = useView();
  const channels = useAttribution(view, 'channel', { intervals: true });
  const kinds = useAttribution(view, 'campaign_kind', { intervals: true });
  return (
    <div class="page">
      <h1>Overview</h1>
      <Shown answer={channels} what="what email earned">
        {(data) => (
          <>
            <Headline data={data} view={view} />
            <Cards data={data} kinds={kinds} view={view} />
          </>
        )}
      </Shown>
      <Things view={view} />
      <ShopAndClaims view={view} channels={channels} />
      <Days view={view} />
      <TopCampaigns view={view} />
    </div>
  );
}

function TopCampaigns({ view }: { view: View }) {
  const campaigns = useCampaigns({ ...view, filter: [...view.filter, EMAIL] });
  return (
    <section aria-labelledby="campaigns">
      <h2 id="campaigns">Campaigns and flows</h2>
      <Shown answer={campaigns} what="the campaigns">
        {(data) => (
          <CampaignTable data={{ ...data, campaigns: data.campaigns.slice(0, MOST_CAMPAIGNS) }} filter={[EMAIL]} />
        )}
      </Shown>
      <p>
        <Link href={withView('/campaigns', view)}>All campaigns</Link>
      </p>
    </section>
  );
}
