/** Draws the orders that a person places in the world with all channels on. */
import type { Random } from '../../domain/random.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { Forecast } from './forecast.ts';
import type { AfterOrder } from './setup.ts';

/**
 * Draws orders from the hazard of a {@link Forecast}: the next one comes when the hazard since the last has added up to an
 * exponential variable.
 * @returns instants in UTC milliseconds, ascending.
 */
export function drawOrders(from_ms: number, forecast: Forecast, after: AfterOrder, random: Random): number[] {
  const orders: number[] = [];
  let left = random.exponential(1);
  let now_ms = from_ms;
  for (let cell = 0; cell < forecast.ends_ms.length; cell++) {
    const end_ms = forecast.ends_ms[cell]!;
    const rate = forecast.rates[cell]!;
    while (now_ms < end_ms) {
      const hazard = (rate * (end_ms - now_ms)) / MS_PER_DAY;
      if (hazard <= left) {
        left -= hazard;
        now_ms = end_ms;
        break;
      }
      // Strictly inside the cell: an order never comes at the very instant of the touch that starts the next.
      const at_ms = Math.min(Math.floor(now_ms + (left / rate) * MS_PER_DAY), end_ms - 1);
      orders.push(at_ms);
      if (after.person === 'leaves') return orders;
      left = random.exponential(1);
      now_ms = at_ms + 1 + (after.person === 'rests' ? random.exponential(after.mean_days) * MS_PER_DAY : 0);
    }
  }
  return orders;
}
