/** Journeys: how paths go on, how long they take, which ways lead to orders, and what each channel does on them. */
import { Link } from 'wouter-preact';
import { type Paths, usePaths } from '../../api/insights.ts';
import { useIsAnalyst } from '../../api/session.ts';
import { LINK } from '../../api/shared.ts';
import { count, share } from '../../parts/figures.ts';
import { useChoiceOf } from '../../parts/own-choice.tsx';
import { Flow } from '../../parts/sankey.tsx';
import { Shown } from '../../parts/states.tsx';
import { useView, type View, withView } from '../../view.ts';
import { Lags } from './lags.tsx';
import { Lengths } from './lengths.tsx';
import { Orders } from './orders.tsx';
import { Roles } from './roles.tsx';
import { Together } from './together.tsx';
import { Ways } from './ways.tsx';

const BY = [
  ['channel', 'channels'],
  ['campaign_id', 'campaigns'],
  ['campaign_kind', 'kinds of campaigns'],
  ['touchpoint_type', 'kinds of touches'],
] as const;
const STEPS = ['4', '2', '3', '5', '6', '8'].map((steps): [string, string] => [steps, `${steps} touches`]);

export default function Journeys() {
  const [view] = useView();
  const [by, byControl] = useChoiceOf('by', 'Touches are', BY);
  const [steps, stepsControl] = useChoiceOf('steps', 'The diagram shows', STEPS);
  const paths = usePaths(view, by, steps);
  return (
    <div class="page">
      <h1>Journeys</h1>
      <p class="muted">
        Journeys of this period, without a comparison. <Link href={withView('/changes', view)}>What changed</Link>{' '}
        compares it with an earlier one.
      </p>
      {LINK === '' && (
        <div class="own-controls">
          {byControl}
          {stepsControl}
        </div>
      )}
      <Shown answer={paths} what="the paths">
        {(data) => <OfPaths data={data} by={by} view={view} />}
      </Shown>
      <Lags view={view} by={by} />
      <Together view={view} />
    </div>
  );
}

function OfPaths({ data, by, view }: { data: Paths; by: string; view: View }) {
  const sees_orders = useIsAnalyst();
  const { orders_with_path, orders_without_path, people_without_order, conversion_rate, different_paths } =
    data.summary;
  return (
    <>
      <p class="headline">
        {count(orders_with_path)} orders came after at least one touch, over {count(different_paths)} different paths.{' '}
        {count(people_without_order)} people touched and did not order: {share(conversion_rate)} of all paths end in an
        order.
        {orders_without_path > 0 && ` ${count(orders_without_path)} orders had no touch.`}
      </p>
      <section aria-labelledby="flow">
        <h2 id="flow">How paths go on</h2>
        <Flow data={data} />
      </section>
      <Ways data={data} sees_orders={sees_orders} />
      {sees_orders && <Orders view={view} by={by} />}
      <Lengths data={data} />
      <Roles data={data} by={by} />
    </>
  );
}
