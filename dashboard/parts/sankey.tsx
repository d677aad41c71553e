/** The flow of paths from touch to touch as a diagram, with a table that says the same. */
import { sankey, sankeyLinkHorizontal } from 'd3-sankey';
import type { Paths } from '../api/insights.ts';
import { count, money, words } from './figures.ts';
import { Wide } from './wide.tsx';

type FlowLink = Paths['flow'][number];

interface Node {
  id: string;
  /** The touch that the node is, from 1; an end stands behind the touch that it follows. */
  step: number;
  kind: string;
  name: string;
  rank: number;
}
interface Link {
  source: string;
  target: string;
  value: number;
  row: FlowLink;
}

const COLUMN_WIDTH = 240;
const MIN_WIDTH = 860;
const HEIGHT = 460;
const NODE_WIDTH = 10;
/** Nodes lower than this have no room for their name beside them; the title and the table name them. */
const MIN_LABEL_HEIGHT = 11;

const ENDS: Readonly<Record<string, string>> = {
  order: 'ordered',
  drop_off: 'no order',
  continues: 'more touches',
  other_groups: 'others',
};
const RANK: Readonly<Record<string, number>> = { group: 0, other_groups: 1, continues: 2, order: 3, drop_off: 4 };

const nameOf = (kind: string, name: string | null): string =>
  kind === 'group' ? words(name ?? 'without a name') : ENDS[kind]!;
const isEnd = (kind: string): boolean => kind !== 'group' && kind !== 'other_groups';

/** The nodes and links of a flow. Nodes of one step keep the order of the report: most touches first, ends below. */
function graphOf(flow: readonly FlowLink[]): { nodes: Node[]; links: Link[] } {
  const nodes = new Map<string, Node>();
  const order = new Map<string, number>();
  const nodeOf = (step: number, kind: string, name: string | null): string => {
    const id = `${step} ${kind} ${name ?? ''}`;
    const group = `${kind} ${name ?? ''}`;
    if (!order.has(group)) order.set(group, order.size);
    const rank = RANK[kind]! * 1_000 + order.get(group)!;
    if (!nodes.has(id)) nodes.set(id, { id, step, kind, name: nameOf(kind, name), rank });
    return id;
  };
  const links = flow
    .filter(({ paths }) => paths > 0)
    .map((row) => ({
      source: nodeOf(row.step, row.source_kind, row.source),
      target: nodeOf(row.step + 1, row.target_kind, row.target),
      value: row.paths,
      row,
    }));
  return { nodes: [...nodes.values()], links };
}

function layout(flow: readonly FlowLink[]) {
  const { nodes, links } = graphOf(flow);
  const steps = Math.max(0, ...nodes.map(({ step }) => step));
  const width = Math.max(MIN_WIDTH, steps * COLUMN_WIDTH);
  const graph = sankey<Node, Link>()
    .nodeId((node) => node.id)
    .nodeAlign((node) => node.step - 1)
    .nodeSort((a, b) => a.rank - b.rank)
    .nodeWidth(NODE_WIDTH)
    .nodePadding(9)
    .extent([
      [1, 22],
      [width - 110, HEIGHT - 6],
    ])({ nodes, links });
  return { graph, width, steps };
}

const sentence = ({ paths, orders, step, source_kind, source, target_kind, target }: FlowLink): string =>
  `${nameOf(source_kind, source)} as touch ${step}, then ${nameOf(target_kind, target)}: ${count(paths)} paths, ${count(orders)} of them with an order`;

const colourOf = ({ target_kind, source, target }: FlowLink): string => {
  if (target_kind === 'order') return 'order';
  if (target_kind === 'drop_off') return 'drop-off';
  return source === 'email' || target === 'email' ? 'email' : 'others';
};

export function Flow({ data }: { data: Paths }) {
  const { flow, currency } = data;
  if (flow.length === 0) return <p class="empty">No path has a touch in this period.</p>;
  const { graph, width, steps } = layout(flow);
  const path = sankeyLinkHorizontal<Node, Link>();
  const columns = [...new Map(graph.nodes.map((node) => [node.step, node.x0!])).entries()];
  return (
    <figure class="flow">
      <figcaption>
        Each band is as high as the paths that take it.
        <ul class="legend">
          {['email', 'others', 'order', 'drop-off'].map((kind) => (
            <li key={kind}>
              <span class={`swatch flow-${kind}`} aria-hidden="true" />
              {{ email: 'to or from email', others: 'other touches', order: 'ordered', 'drop-off': 'no order' }[kind]}
            </li>
          ))}
        </ul>
      </figcaption>
      <Wide label="How paths go on, as a diagram">
        <svg
          style={{ minWidth: `${Math.min(width, MIN_WIDTH)}px` }}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          role="img"
          aria-label="How paths go on from touch to touch. The table below says the same."
        >
          {columns.map(([step, x]) => (
            <text key={step} class="flow-step" x={x} y={12}>
              {step <= steps - 1 ? `touch ${step}` : ''}
            </text>
          ))}
          <g fill="none">
            {graph.links.map((link) => (
              <path
                key={`${link.row.step} ${link.row.source_kind} ${link.row.source} ${link.row.target_kind} ${link.row.target}`}
                class={`flow-link flow-${colourOf(link.row)}`}
                d={path(link) ?? ''}
                stroke-width={Math.max(1, link.width ?? 1)}
              >
                <title>{sentence(link.row)}</title>
              </path>
            ))}
          </g>
          {graph.nodes.map((node) => {
            const height = Math.max(1, node.y1! - node.y0!);
            return (
              <g key={node.id}>
                <rect
                  class={`flow-node ${node.kind} ${node.name === 'email' ? 'email' : ''}`}
                  x={node.x0}
                  y={node.y0}
                  width={NODE_WIDTH}
                  height={height}
                >
                  <title>{`${node.name}: ${count(node.value)} paths`}</title>
                </rect>
                {height >= MIN_LABEL_HEIGHT && (
                  <text class="flow-name" x={node.x1! + 5} y={(node.y0! + node.y1!) / 2} dy="0.35em">
                    {node.name} <tspan class="flow-count">{count(node.value)}</tspan>
                  </text>
                )}
              </g>
            );
          })}
        </svg>
      </Wide>
      <details>
        <summary>The same as a table</summary>
        <Wide label="How paths go on, as a table">
          <table>
            <thead>
              <tr>
                <th scope="col">Touch</th>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col" class="right">
                  Paths
                </th>
                <th scope="col" class="right">
                  Orders
                </th>
                <th scope="col" class="right">
                  Without an order
                </th>
                <th scope="col" class="right">
                  Net sales
                </th>
              </tr>
            </thead>
            <tbody>
              {flow.map((row) => (
                <tr key={`${row.step} ${row.source_kind} ${row.source} ${row.target_kind} ${row.target}`}>
                  <td>{count(row.step)}</td>
                  <th scope="row">{nameOf(row.source_kind, row.source)}</th>
                  <td>{isEnd(row.target_kind) ? ENDS[row.target_kind] : nameOf(row.target_kind, row.target)}</td>
                  <td class="right">{count(row.paths)}</td>
                  <td class="right">{count(row.orders)}</td>
                  <td class="right">{count(row.people_without_order)}</td>
                  <td class="right">{money(row.net_revenue_micros, currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      </details>
    </figure>
  );
}
