import { money } from './figures.ts';

/** An amount with its sign, such as +€120.00. */
export function signedMoney(micros: string, currency: string): string {
  return `${micros.startsWith('-') || /^0+$/.test(micros) ? '' : '+'}${money(micros, currency)}`;
}

/** A bar to the left or to the right of the middle. The text beside it has the amount. */
export function SignedBar({ part, children }: { part: number; children: preact.ComponentChildren }) {
  const size = Math.min(1, Math.abs(part)) * 50;
  return (
    <span class="cell-bar">
      <span class="cell-bar-ground signed" aria-hidden="true">
        <span
          class={`signed-part ${part < 0 ? 'less' : 'more'}`}
          style={{ left: `${part < 0 ? 50 - size : 50}%`, width: `${size}%` }}
        />
      </span>
      <span class="cell-bar-text">{children}</span>
    </span>
  );
}
