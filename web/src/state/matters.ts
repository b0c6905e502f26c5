/** What the dates and statuses of risk points, cases and inspection targets mean today. */

import { literal } from '../api/client';
import type { Properties } from '../api/types';
import type { DueClass } from '../map/palette';
import { addDays, dayOf, daysUntil } from './dates';

export type Progress = 'open' | 'progress' | 'closed';

const DONE = new Set(['closed', 'void']);
const MOVING = new Set(['rectifying', 'submitted', 'controlled', 'handling', 'verifying']);

/** Where a risk point or a case stands in its closed loop; an unknown status counts as open. */
export function progressOf(status: unknown): Progress {
  const text = String(status);
  if (DONE.has(text)) return 'closed';
  return MOVING.has(text) ? 'progress' : 'open';
}

/** Days past the deadline; 0 when it is not overdue or done. */
export function overdueDays(properties: Properties, today: string): number {
  if (properties['status'] !== undefined && progressOf(properties['status']) === 'closed') return 0;
  const day = dayOf(properties['deadline'] ?? properties['next_due']);
  return day === null ? 0 : Math.max(0, -daysUntil(day, today));
}

/** When a target has to be visited next. */
export function dueClass(nextDue: unknown, today: string): DueClass {
  const day = dayOf(nextDue);
  if (day === null) return 'unknown';
  const days = daysUntil(day, today);
  if (days < 0) return 'overdue';
  return days <= 7 ? 'week' : 'later';
}

export const OPEN_RISKS = "status NOT IN ('closed','void')";
export const OPEN_CASES = "status <> 'closed'";

/** Targets due within a week or overdue. */
export function dueSoonFilter(today: string): string {
  return `next_due <= DATE(${literal(addDays(today, 7))})`;
}
