/** Days as texts such as 2026-11-28. */
const MS_PER_DAY = 86_400_000;

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The day that lies `days` after another one. */
export function addDays(day: string, days: number): string {
  return dayText(Date.parse(day) + days * MS_PER_DAY);
}

/** Today where the reader is. */
export function today(): string {
  const now = new Date();
  return dayText(now.getTime() - now.getTimezoneOffset() * 60_000);
}
