import { useCampaigns } from '../api/reports.ts';
import { CampaignTable } from '../parts/campaign-table.tsx';
import { Shown } from '../parts/states.tsx';
import { useView } from '../view.ts';

export default function CampaignsPage() {
  const [view] = useView();
  const campaigns = useCampaigns(view);
  return (
    <div class="page">
      <h1>Campaigns</h1>
      <Shown answer={campaigns} what="the campaigns">
        {(data) => <CampaignTable data={data} />}
      </Shown>
    </div>
  );
}
