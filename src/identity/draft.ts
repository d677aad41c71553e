/** A draft: the facts of the log that are new since a step, as small graphs by brand. Facts that the step knows are left out. */
import { subjectKey } from '../domain/subject.ts';
import { type IdPair, LinkGraph } from './graph.ts';
import type { FactPage, IdPage, UnlinkedPage } from './pages.ts';

type Graphs = ReadonlyMap<string, LinkGraph>;

/** All facts of a draft have this step number. */
const ONLY = 0;

export class Draft {
  readonly graphs = new Map<string, LinkGraph>();
  /** Computed when the first page is read; at that time the draft holds all links. */
  unlinked: Array<readonly [brand_id: string, left_id: string, right_id: string, whole_log: boolean]> | undefined;

  /** @param step the step that the draft is based on. */
  constructor(readonly step: number) {}

  /** Adds facts, except records and customers that the graphs already know. */
  add(page: FactPage, known: Graphs): void {
    const { brand_id } = page;
    const [first] = brand_id;
    if (page.kind === 'records' && first !== undefined && !known.has(first) && brand_id.every((one) => one === first)) {
      this.graph(first).addRecords(page.anonymous_id, page.customer_id, page.at_ms, ONLY);
      return;
    }
    for (let i = 0; i < brand_id.length; i++) {
      const [brand, before] = [brand_id[i]!, known.get(brand_id[i]!)];
      if (page.kind === 'statements') this.graph(brand).addStatement(statementOf(page, i), ONLY);
      else if (page.kind === 'customers') this.addCustomer(brand, page.id[i]!, before);
      else {
        const [device, customer, at_ms] = [page.anonymous_id[i]!, page.customer_id[i]!, page.at_ms[i]!];
        if (page.kind === 'times') this.graph(brand).addTime(device, customer, at_ms, ONLY);
        else if (!before?.knowsRecord(device, customer, at_ms, this.step))
          this.graph(brand).addRecord(device, customer, at_ms, ONLY);
      }
    }
  }

  /** Adds a customer if the id has a link. For other ids it does not matter if they are customers. */
  private addCustomer(brand_id: string, id: string, before: LinkGraph | undefined): void {
    const linked = before?.has(id, this.step) || this.graphs.get(brand_id)?.has(id, ONLY);
    if (linked && !before?.isCustomer(id, this.step)) this.graph(brand_id).addCustomer(id, ONLY);
  }

  private graph(brand_id: string): LinkGraph {
    let graph = this.graphs.get(brand_id);
    if (!graph) {
      graph = new LinkGraph(brand_id);
      this.graphs.set(brand_id, graph);
    }
    return graph;
  }
}

function statementOf(page: FactPage & { kind: 'statements' }, i: number) {
  return {
    link_id: page.link_id[i]!,
    left_id: page.left_id[i]!,
    right_id: page.right_id[i]!,
    state: page.state[i]!,
    probability: page.probability[i]!,
    occurred_at: page.at_ms[i]!,
    ...(page.probabilistic[i] ? { probabilistic: true as const } : {}),
  };
}

/** Ids that are new since the draft's step and are not yet known as customers; at most `at_most` of them. */
export function newIds(draft: Draft, known: Graphs, at_most: number): IdPage {
  const page: IdPage = { brand_id: [], id: [], subject_key: new BigInt64Array() };
  for (const [brand_id, graph] of draft.graphs) {
    for (const id of graph.ids.texts()) {
      if (page.id.length === at_most) break;
      if (graph.isCustomer(id, ONLY) || known.get(brand_id)?.has(id, draft.step)) continue;
      page.brand_id.push(brand_id);
      page.id.push(id);
    }
  }
  return { ...page, subject_key: BigInt64Array.from(page.id, (id, i) => subjectKey(page.brand_id[i]!, id)) };
}

/**
 * A page of the pairs that a statement unlinks. For these pairs the time of each record is needed, because only records after the
 * statement count. For pairs that were unlinked before the draft, only the new records are missing.
 */
export function unlinkedPairs(draft: Draft, known: Graphs, from: number, rows: number): UnlinkedPage {
  draft.unlinked ??= [...draft.graphs].flatMap(([brand_id, graph]) => {
    const before = known.get(brand_id);
    const wasUnlinked = ({ left_id, right_id }: IdPair): boolean =>
      before?.isUnlinked(left_id, right_id, draft.step) ?? false;
    const anew = [...graph.unlinkedPairs()].filter((pair) => !wasUnlinked(pair));
    const again = before?.unlinks ? [...graph.recordedPairs()].filter(wasUnlinked) : [];
    return [
      ...anew.map(({ left_id, right_id }) => [brand_id, left_id, right_id, true] as const),
      ...again.map(({ left_id, right_id }) => [brand_id, left_id, right_id, false] as const),
    ];
  });
  const page = draft.unlinked.slice(from, from + rows);
  return {
    brand_id: page.map(([brand_id]) => brand_id),
    left_id: page.map(([, left_id]) => left_id),
    right_id: page.map(([, , right_id]) => right_id),
    whole_log: page.map(([, , , whole_log]) => whole_log),
  };
}
