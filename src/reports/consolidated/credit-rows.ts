/** The credit of brands and channels, and how much of it emails have. */
import { TRAITS, touchpointTraits } from '../../domain/touchpoint.ts';

export interface CreditRow {
  brand_id: string;
  channel: string;
  touchpoint_type: string;
  micros: bigint;
  millionths: bigint;
}

export interface Earned {
  micros: bigint;
  millionths: bigint;
  email_micros: bigint;
}

const nothing = (): Earned => ({ micros: 0n, millionths: 0n, email_micros: 0n });

/** Sums of credit by a name. */
export function earnedBy(rows: readonly CreditRow[], name: (row: CreditRow) => string): (name: string) => Earned {
  const sums = new Map<string, Earned>();
  for (const row of rows) {
    const sum = sums.get(name(row)) ?? nothing();
    sums.set(name(row), sum);
    sum.micros += row.micros;
    sum.millionths += row.millionths;
    if ((touchpointTraits(row.touchpoint_type, row.channel, '', false) & TRAITS.email) !== 0)
      sum.email_micros += row.micros;
  }
  return (one) => sums.get(one) ?? nothing();
}
