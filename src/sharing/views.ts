/** Saved views: names for addresses of the dashboard, of one person or shared with all who see the brand. */
import { randomBytes } from 'node:crypto';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { nameFault } from '../domain/text.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State } from '../state/port.ts';
import type { PeriodName } from './periods.ts';
import { splitAddress } from './shared-pages.ts';

export const VIEWS = 'views';
const MAX_VIEWS = 2_000;
const MAX_VIEWS_OF_ONE = 100;
const MAX_NAME_LENGTH = 60;
const PARAMETER = /^[a-z][a-z_]{0,39}$/;
const MAX_VALUE_LENGTH = 600;

export interface SavedView {
  view_id: string;
  name: string;
  address: string;
  /** Days that move with the clock; null if the address has the days. */
  period: PeriodName | null;
  /** True if everyone who sees the brand has it. */
  shared: boolean;
  /** Null for all brands. */
  brand_id: string | null;
  /** The key or person that made it. */
  key_id: string;
  created_by: string;
}

/** Who asks. */
export interface Viewer {
  key_id: string;
  sees: (brand_id: string | null) => boolean;
}

/** Pages of one person or order. The address of a figure's rows may name an order. */
const OF_PERSONS = /^\/((customers|orders)\/.|lineage$)/;

export class SavedViews {
  /** @param pages the patterns of the pages that there are, such as `/campaigns/:id`. */
  constructor(
    private readonly state: State,
    private readonly pages: readonly string[],
  ) {}

  /** The own views and those that are shared, by name. */
  async list({ key_id, sees }: Viewer): Promise<SavedView[]> {
    const found = await this.all();
    return found
      .filter((view) => view.key_id === key_id || (view.shared && sees(view.brand_id)))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.view_id < b.view_id ? -1 : 1));
  }

  /** @throws bad_request naming the field; conflict when there are too many; state_unavailable. */
  async save(draft: Omit<SavedView, 'view_id'>): Promise<SavedView> {
    const { name } = draft;
    if (name.trim() === '' || name.length > MAX_NAME_LENGTH)
      throw badRequest('name', `must be 1 to ${MAX_NAME_LENGTH} characters`);
    const fault = nameFault(name);
    if (fault) throw badRequest('name', fault);
    const view: SavedView = {
      ...draft,
      address: this.read(draft.address),
      view_id: `view_${randomBytes(6).toString('hex')}`,
    };
    const known = await this.all();
    if (known.length >= MAX_VIEWS || known.filter(({ key_id }) => key_id === view.key_id).length >= MAX_VIEWS_OF_ONE)
      throw new TributaryError(
        'conflict',
        `there are too many views (${MAX_VIEWS_OF_ONE} of one key); delete some first`,
      );
    await this.state.transaction((transaction) => transaction.put(VIEWS, view.view_id, view as unknown as Json));
    return view;
  }

  /** Deletes a view. Only who made it may, and an admin of its brand. @throws not_found; state_unavailable. */
  async delete(view_id: string, { key_id, sees, is_admin }: Viewer & { is_admin: boolean }): Promise<void> {
    const view = (await this.all()).find((one) => one.view_id === view_id);
    const visible = view !== undefined && (view.key_id === key_id || (view.shared && sees(view.brand_id)));
    if (!visible)
      throw new TributaryError('not_found', 'view_id: there is no such view; list them first', { field: 'view_id' });
    if (view.key_id !== key_id && !is_admin)
      throw new TributaryError('forbidden', `the view is of ${view.created_by}; only its maker or an admin deletes it`);
    await this.state.transaction((transaction) => transaction.delete(VIEWS, view_id));
  }

  /** An address of the dashboard. The state holds no ids of persons or orders, so their pages cannot be saved. @throws bad_request. */
  private read(address: string): string {
    const { path, search } = splitAddress(address);
    const is_page = this.pages.some((page) => new RegExp(`^${page.replace(/:\w+/g, '[^/]+')}$`).test(path));
    if (!is_page || OF_PERSONS.test(path))
      throw badRequest(
        'address',
        `${JSON.stringify(path.slice(0, 60))} cannot be saved; save a page that shows no single person or order`,
      );
    for (const [name, value] of search)
      if (!PARAMETER.test(name) || value.length > MAX_VALUE_LENGTH || nameFault(value) !== undefined)
        throw badRequest('address', `holds the parameter ${JSON.stringify(name.slice(0, 60))}, which no page has`);
    const query = search.toString();
    return query === '' ? path : `${path}?${query}`;
  }

  private async all(): Promise<SavedView[]> {
    const found: SavedView[] = [];
    for await (const { value } of everyEntry(this.state, VIEWS)) found.push(value as unknown as SavedView);
    return found;
  }
}
