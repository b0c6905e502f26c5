/** Days and moments as the office reads them; Beijing time. */

const DAY_MS = 86_400_000;
const BEIJING_MS = 8 * 3_600_000;

/** The calendar day in Beijing of a moment, `2026-03-05`. */
export function beijingDay(moment: Date): string {
  return new Date(moment.getTime() + BEIJING_MS).toISOString().slice(0, 10);
}

/** `2026-03-05 16:20` in Beijing. */
export function beijingMinute(moment: Date): string {
  return new Date(moment.getTime() + BEIJING_MS).toISOString().slice(0, 16).replace('T', ' ');
}

/** The day of a date (`2026-03-05`) or a moment (`2026-03-05T08:20:00Z`); `null` for anything else. */
export function dayOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? null : beijingDay(moment);
}

/** Days from `today` to `day`: negative when it is past. */
export function daysUntil(day: string, today: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / DAY_MS);
}

/** The day `days` after `day`. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
