/** What the dates and statuses of risk points, cases and inspection targets mean today. */

import { literal } from '../api/client';
import type { Feature, Properties } from '../api/types';
import { risk, type DueClass, type RiskLevel } from '../map/palette';
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

/** What there may be to do, in the order of the card. */
export const MATTER_LAYERS = ['risk_points', 'cases', 'inspection_targets'] as const;

/** Which records of a layer still need somebody. */
export function openFilter(layer: string, today: string): string {
  if (layer === 'risk_points') return OPEN_RISKS;
  return layer === 'cases' ? OPEN_CASES : dueSoonFilter(today);
}

function severityOf({ level }: Properties): number {
  return typeof level === 'string' && level in risk ? risk[level as RiskLevel].severity : 0;
}

const byNumber = new Intl.Collator('zh-CN', { numeric: true });

function dueDay({ deadline, next_due: next }: Properties): string {
  return dayOf(deadline ?? next) ?? '9999-12-31';
}

/** The worst first: by level, then by days overdue, then by what is due next. */
export function worstFirst(features: readonly Feature[], today: string): Feature[] {
  return features.toSorted(({ properties: a }, { properties: b }) => {
    const worse = severityOf(b) - severityOf(a) || overdueDays(b, today) - overdueDays(a, today);
    return worse || dueDay(a).localeCompare(dueDay(b)) || byNumber.compare(String(a['code']), String(b['code']));
  });
}
