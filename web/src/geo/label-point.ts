/** Where a name goes: the place in a polygon that is farthest from its outline. */

import type { Geometry, LonLat } from '../api/types';
import { boundsOf } from './bounds';

type Ring = LonLat[];

/** Squared distance from `p` to the segment `a`-`b`, with longitudes shortened by `k`. */
function squaredToSegment(p: LonLat, a: LonLat, b: LonLat, k: number): number {
  const ax = (a[0] - p[0]) * k;
  const ay = a[1] - p[1];
  const dx = (b[0] - a[0]) * k;
  const dy = b[1] - a[1];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length));
  return (ax + t * dx) ** 2 + (ay + t * dy) ** 2;
}

/** Distance to the nearest outline, negative outside; in degrees of latitude. */
function clearance(p: LonLat, rings: Ring[], k: number): number {
  let inside = false;
  let least = Infinity;
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const a = ring[i] as LonLat;
      const b = ring[i + 1] as LonLat;
      if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
      least = Math.min(least, squaredToSegment(p, a, b, k));
    }
  }
  return (inside ? 1 : -1) * Math.sqrt(least);
}

/** Twice the area of a ring in square degrees; the sign is its winding. */
function shoelace(ring: Ring): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const a = ring[i] as LonLat;
    const b = ring[i + 1] as LonLat;
    sum += a[0] * b[1] - b[0] * a[1];
  }
  return sum;
}

/**
 * The best place for a name in a polygon (rings, the outline first).
 *
 * A grid of candidates over the box, refined four times around the best one: not the exact pole of
 * inaccessibility, but never outside the polygon unless no candidate is inside.
 */
export function polygonLabelPoint(rings: Ring[]): LonLat {
  const box = boundsOf({ type: 'Polygon', coordinates: rings });
  if (box === null) return [0, 0];
  const k = Math.cos((((box[1] + box[3]) / 2) * Math.PI) / 180);
  let centre: LonLat = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  let half: LonLat = [(box[2] - box[0]) / 2, (box[3] - box[1]) / 2];
  let best = centre;
  // A middle that is nearly as good as the best place looks calmer, so it gets a head start.
  let most = clearance(centre, rings, k) * 1.5;
  const steps = 6;
  for (let round = 0; round < 4; round += 1) {
    for (let i = -steps; i <= steps; i += 1) {
      for (let j = -steps; j <= steps; j += 1) {
        const p: LonLat = [centre[0] + (half[0] * i) / steps, centre[1] + (half[1] * j) / steps];
        const room = clearance(p, rings, k);
        if (room > most) {
          most = room;
          best = p;
        }
      }
    }
    centre = best;
    half = [half[0] / steps, half[1] / steps];
  }
  return best;
}

/** The place of any geometry's name; `null` for an empty one. */
export function labelPoint(geometry: Geometry | null): LonLat | null {
  if (geometry === null) return null;
  switch (geometry.type) {
    case 'Point':
      return geometry.coordinates;
    case 'MultiPoint':
      return geometry.coordinates[0] ?? null;
    case 'LineString':
      return geometry.coordinates[Math.floor(geometry.coordinates.length / 2)] ?? null;
    case 'MultiLineString':
      return labelPoint({ type: 'LineString', coordinates: geometry.coordinates[0] ?? [] });
    case 'Polygon':
      return polygonLabelPoint(geometry.coordinates);
    case 'MultiPolygon': {
      const area = (rings: Ring[]): number => Math.abs(shoelace(rings[0] ?? []));
      const largest = geometry.coordinates.toSorted((a, b) => area(b) - area(a))[0];
      return largest === undefined ? null : polygonLabelPoint(largest);
    }
  }
}
