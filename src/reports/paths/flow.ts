/**
 * How paths go on from touch to touch, for a Sankey diagram. At each step, the links into a node carry what the links out of it carry.
 * docs/semantics.md 16.
 */
import { money } from '../../domain/money.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import type { PathTouches } from '../../models/paths/transforms.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportJson } from '../context.ts';
import type { ChosenPaths } from './chosen-paths.ts';
import { shownName } from './path-names.ts';
import { PathTally } from './path-tally.ts';

/** So many groups have nodes of their own; a diagram of more cannot be read. */
const MOST_GROUPS = 20;
/** What a link leads to: a group, all further groups together, or an end. */
export const FLOW_NODES = ['group', 'other_groups', 'order', 'drop_off', 'continues'] as const;
type FlowNode = (typeof FLOW_NODES)[number];

interface Node {
  kind: FlowNode;
  /** The name of a group. */
  name: string | null;
}

/** @param steps how many touches of each path are shown. */
export async function pathFlow(
  paths: OrderPaths,
  touches: PathTouches,
  { is_chosen }: ChosenPaths,
  steps: number,
): Promise<ReportJson[]> {
  const { nodes, node_of } = await nodesOf(touches, paths.weight, is_chosen);
  const { codes, offsets } = touches;
  const end = (kind: FlowNode): number => nodes.findIndex((node) => node.kind === kind);
  const [order, drop_off, continues] = [end('order'), end('drop_off'), end('continues')];
  const tally = new PathTally(paths);
  const turns = new WorkTurns();
  const linkOf = (step: number, source: number, target: number): number =>
    (step * nodes.length + source) * nodes.length + target;
  for (let path = 0; path < is_chosen.length; path++) {
    if (turns.ends(256)) await turns.next();
    if (is_chosen[path] === 0) continue;
    const [from, until] = [offsets[path]!, offsets[path + 1]!];
    for (let touch = from; touch < Math.min(until, from + steps); touch++) {
      const step = touch - from;
      let target = paths.is_order[path] === 1 ? order : drop_off;
      if (touch + 1 < until) target = step + 1 === steps ? continues : node_of[codes[touch + 1]!]!;
      tally.add(linkOf(step, node_of[codes[touch]!]!, target), path);
    }
  }
  const links: ReportJson[] = [];
  for (let step = 0; step < steps; step++)
    for (let source = 0; source < nodes.length; source++)
      for (let target = 0; target < nodes.length; target++) {
        const link = linkOf(step, source, target);
        const [orders, people, micros] = [tally.ordersOf(link), tally.peopleOf(link), tally.microsOf(link)];
        if (orders === 0 && people === 0 && micros === 0n) continue;
        links.push({
          step: step + 1,
          source_kind: nodes[source]!.kind,
          source: nodes[source]!.name,
          target_kind: nodes[target]!.kind,
          target: nodes[target]!.name,
          paths: orders + people,
          orders,
          ...money('net_revenue', micros),
          people_without_order: people,
        });
      }
  return links;
}

/** The nodes of a step, in order of their rows: groups with most touches first. `node_of` is the node of each code. */
async function nodesOf(
  { states, codes, offsets }: PathTouches,
  weight: Uint32Array,
  is_chosen: Uint8Array,
): Promise<{ nodes: Node[]; node_of: Uint8Array }> {
  const counts = new Float64Array(states.length);
  const turns = new WorkTurns();
  for (let path = 0; path < is_chosen.length; path++) {
    if (turns.ends(256)) await turns.next();
    if (is_chosen[path] === 1)
      for (let touch = offsets[path]!; touch < offsets[path + 1]!; touch++) counts[codes[touch]!]! += weight[path]!;
  }
  const sorted = [...states.keys()].sort((a, b) => counts[b]! - counts[a]! || (states[a]! < states[b]! ? -1 : 1));
  const named = sorted.slice(0, MOST_GROUPS);
  const node_of = new Uint8Array(states.length).fill(named.length);
  for (const [node, code] of named.entries()) node_of[code] = node;
  const others = (['other_groups', 'order', 'drop_off', 'continues'] as const).map((kind) => ({ kind, name: null }));
  return {
    nodes: [...named.map((code): Node => ({ kind: 'group', name: shownName(states[code]!) })), ...others],
    node_of,
  };
}
