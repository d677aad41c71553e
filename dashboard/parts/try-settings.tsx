/** Sliders for the settings of the models. They answer while they are moved, and change nothing that is stored. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Attribution, triedQuestion, useTried } from '../api/reports.ts';
import type { View } from '../view.ts';
import { money, share, words } from './figures.ts';
import { sourceOf } from './source.ts';
import { Shown } from './states.tsx';
import { type Column, Table } from './table.tsx';

const SETTINGS = [
  { name: 'half_life_days', label: 'Half-life of time decay', min: 1, max: 60 },
  { name: 'view_days', label: 'Window of opens and impressions', min: 0, max: 30 },
  { name: 'email_days', label: 'Window of clicks in emails', min: 0, max: 60 },
  { name: 'click_days', label: 'Window of other clicks and visits', min: 0, max: 90 },
] as const;
type Setting = (typeof SETTINGS)[number]['name'];

const daysText = (n: number): string => `${n} ${n === 1 ? 'day' : 'days'}`;

interface Row {
  channel: string;
  now: bigint;
  tried: bigint;
}

export function TrySettings({
  view,
  title = 'Try other settings',
  now: configured,
  then,
}: {
  view: View;
  title?: string;
  /** What is configured. */
  now: Readonly<Record<Setting, number>>;
  /** What follows from the settings that are tried, by parameter. */
  then?: (tried: Readonly<Record<string, string>>) => ComponentChildren;
}) {
  const [tried, setTried] = useState<Readonly<Record<string, string>>>({});
  const own: View = { ...view, model: 'time_decay' };
  const now = useTried(own, {});
  const other = useTried(own, tried);
  return (
    <section aria-labelledby="try">
      <h2 id="try">{title}</h2>
      <form class="sliders" onSubmit={(event) => event.preventDefault()} onReset={() => setTried({})}>
        {SETTINGS.map(({ name, label, min, max }) => (
          <label key={name}>
            <span>
              {label}: {daysText(Number(tried[name] ?? configured[name]))}
              {tried[name] === undefined ? ', as it is' : ''}
            </span>
            <input
              type="range"
              min={min}
              max={max}
              step={1}
              value={tried[name] ?? configured[name]}
              onInput={({ currentTarget }) => setTried({ ...tried, [name]: currentTarget.value })}
            />
          </label>
        ))}
        <button type="reset">All as they are</button>
      </form>
      <Shown answer={now} what="the settings">
        {(data) => (
          <Table
            caption="Net revenue under time decay, as it is and as tried"
            columns={columnsOf(data)}
            rows={rowsOf(data, other.data)}
            keyOf={({ channel }) => channel}
            nameOf={({ channel }) => words(channel)}
            from={sourceOf(triedQuestion(own, tried), other.data ?? data)}
          />
        )}
      </Shown>
      {then?.(tried)}
    </section>
  );
}

function rowsOf(now: Attribution, other: Attribution | undefined): Row[] {
  const rows = new Map<string, Row>();
  const add = ({ channel_attribution, unattributed }: Attribution, field: 'now' | 'tried'): void => {
    for (const row of channel_attribution) take(row.channel ?? 'unknown', row.attributed_revenue_micros, field);
    for (const row of unattributed) take(`no credit: ${row.reason ?? ''}`, row.unattributed_revenue_micros, field);
  };
  const take = (channel: string, micros: string, field: 'now' | 'tried'): void => {
    const row = rows.get(channel) ?? { channel, now: 0n, tried: 0n };
    rows.set(channel, { ...row, [field]: row[field] + BigInt(micros) });
  };
  add(now, 'now');
  add(other ?? now, 'tried');
  return [...rows.values()];
}

function columnsOf({ currency, summary }: Attribution): ReadonlyArray<Column<Row>> {
  const part = (micros: bigint): string => share(Number(micros) / Number(summary.total_revenue_micros), 1);
  return [
    { name: 'Channel', cell: ({ channel }) => words(channel), by: ({ channel }) => channel },
    {
      name: 'As it is',
      right: true,
      cell: ({ now }) => `${money(String(now), currency)} (${part(now)})`,
      by: ({ now }) => Number(now),
    },
    {
      name: 'As tried',
      right: true,
      cell: ({ tried }) => `${money(String(tried), currency)} (${part(tried)})`,
      by: ({ tried }) => Number(tried),
    },
    {
      name: 'Difference',
      right: true,
      cell: ({ now, tried }) => money(String(tried - now), currency),
      by: ({ now, tried }) => Number(tried - now),
    },
  ];
}
