/** What did email earn, against before, and which share of all sales; what to do today; and why others say otherwise. */
import { Link } from 'wouter-preact';
import { useAttribution, useCampaigns } from '../../api/reports.ts';
import { CampaignTable } from '../../parts/campaign-table.tsx';
import { ConsentLine } from '../../parts/consent-line.tsx';
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
  // What stands at the top is asked for alone, so that it is there first.
  const rest = !channels.isFetching;
  const kinds = useAttribution(view, 'campaign_kind', { intervals: true }, rest);
  return (
    <div class="page">
      <h1>Overview</h1>
      <Shown answer={channels} what="what email earned" tall={17}>
        {(data) => (
          <>
            <Headline data={data} view={view} />
            <Cards data={data} kinds={kinds} view={view} />
          </>
        )}
      </Shown>
      <ConsentLine view={view} ready={rest} />
      <Things view={view} ready={rest} />
      <ShopAndClaims view={view} channels={channels} ready={rest} />
      <Days view={view} ready={rest} />
      <TopCampaigns view={view} ready={rest} />
    </div>
  );
}

function TopCampaigns({ view, ready }: { view: View; ready: boolean }) {
  const campaigns = useCampaigns({ ...view, filter: [...view.filter, EMAIL] }, ready);
  return (
    <section aria-labelledby="campaigns">
      <h2 id="campaigns">Campaigns and flows</h2>
      <Shown answer={campaigns} what="the campaigns" tall={40}>
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
