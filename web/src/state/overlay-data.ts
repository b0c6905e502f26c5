/** Turns records into what the signs of the map need: which sign, how bad, what to write under it. */

import { allItems } from '../api/client';
import type { Feature, LonLat, Properties } from '../api/types';
import { circle } from '../geo/bounds';
import { labelPoint } from '../geo/label-point';
import { withBreaks } from '../i18n/breaks';
import { due, facilityGroups, risk, type RiskLevel } from '../map/palette';
import { dueClass, overdueDays, progressOf } from './matters';

/** "逾期 3 天" in the language in use. */
export type OverdueText = (days: number) => string;

function sign(feature: Feature, at: LonLat, properties: Properties): Feature {
  const { code, name, kind } = feature.properties;
  return { type: 'Feature', id: feature.id, geometry: { type: 'Point', coordinates: at }, properties: { fid: feature.id, code, name, kind, ...properties } };
}

function signs(features: Feature[], describe: (properties: Properties) => Properties | null): Feature[] {
  return features.flatMap((feature) => {
    const at = labelPoint(feature.geometry);
    const described = at === null ? null : describe(feature.properties);
    return at === null || described === null ? [] : [sign(feature, at, described)];
  });
}

export function riskSigns(features: Feature[], today: string, withClosed: boolean, overdue: OverdueText): Feature[] {
  return signs(features, (properties) => {
    const level = (String(properties['level']) in risk ? properties['level'] : 'blue') as RiskLevel;
    const progress = progressOf(properties['status']);
    if (progress === 'closed' && !withClosed) return null;
    const days = overdueDays(properties, today);
    const late = days > 0 ? ['risk-overdue'] : [];
    return {
      level,
      status: properties['status'],
      severity: progress === 'closed' ? 0 : risk[level].severity,
      sign: `risk-${level}-${progress}${days > 0 ? '-overdue' : ''}`,
      note: days > 0 ? overdue(days) : null,
      legend: [`risk-${level}`, `risk-${progress}`, ...late].join(' '),
    };
  });
}

export function caseSigns(features: Feature[], today: string, withClosed: boolean): Feature[] {
  return signs(features, (properties) => {
    const progress = progressOf(properties['status']);
    if (progress === 'closed' && !withClosed) return null;
    const late = overdueDays(properties, today) > 0;
    return {
      status: properties['status'],
      severity: progress === 'closed' ? 0 : late ? 2 : 1,
      sign: `case-${progress}${late ? '-overdue' : ''}`,
      legend: late ? `case-${progress} case-overdue` : `case-${progress}`,
    };
  });
}

export function targetSigns(features: Feature[], today: string, overdue: OverdueText): Feature[] {
  return signs(features, (properties) => {
    const when = dueClass(properties['next_due'], today);
    const days = overdueDays(properties, today);
    return {
      next_due: properties['next_due'],
      severity: due[when].severity,
      sign: `due-${when}`,
      note: days > 0 ? overdue(days) : null,
      legend: `due-${when}`,
    };
  });
}

/** Rare kinds win a place on a crowded map from kinds that stand at every corner. */
const ORDER = Object.values(facilityGroups).flatMap(({ kinds }) => Object.keys(kinds));
const EVERYWHERE = new Set(['video_point', 'hydrant', 'waste_point', 'charging_station', 'toilet', 'car_park']);

export function facilitySigns(features: Feature[]): Feature[] {
  // A facility of no known kind has a sign too.
  return signs(features, ({ kind, name }) => ({ kind: kind ?? 'other', title: typeof name === 'string' ? withBreaks(name) : null, order: ORDER.indexOf(String(kind)) + (EVERYWHERE.has(String(kind)) ? 100 : 0) }));
}

/** A circle of its service radius around each facility of the kinds picked. */
export function reachCircles(features: Feature[], kinds: ReadonlySet<string>): Feature[] {
  return features.flatMap((feature) => {
    const { kind, service_radius_m: radius } = feature.properties;
    const at = labelPoint(feature.geometry);
    if (at === null || typeof radius !== 'number' || radius <= 0 || !kinds.has(String(kind))) return [];
    return [{ type: 'Feature' as const, id: feature.id, geometry: { type: 'Polygon' as const, coordinates: [circle(at, radius)] }, properties: { kind } }];
  });
}

/** Outlines of those risk points that are more than a point. */
export function outlines(features: Feature[], withClosed: boolean): Feature[] {
  return features.filter(
    ({ geometry, properties }) => geometry?.type.includes('Polygon') === true && (withClosed || progressOf(properties['status']) !== 'closed'),
  );
}

const loaded = new Map<string, Promise<{ features: Feature[]; matched: number }>>();

/** The records of a layer, fetched once. */
export function records(layer: string): Promise<{ features: Feature[]; matched: number }> {
  let running = loaded.get(layer);
  if (running === undefined) {
    running = allItems(layer);
    running.catch(() => loaded.delete(layer));
    loaded.set(layer, running);
  }
  return running;
}

export function forgetRecords(): void {
  loaded.clear();
}
