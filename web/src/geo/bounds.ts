/** Boxes and simple measures of GeoJSON geometries; degrees, longitude first. */

import type { BBox, Geometry, LonLat } from '../api/types';

function eachPosition(coordinates: unknown, visit: (at: LonLat) => void): void {
  if (!Array.isArray(coordinates)) return;
  if (typeof coordinates[0] === 'number') visit(coordinates as LonLat);
  else for (const part of coordinates) eachPosition(part, visit);
}

/** The box around `geometry`; `null` when it has no position. */
export function boundsOf(geometry: Geometry | null): BBox | null {
  if (geometry === null) return null;
  const box: BBox = [Infinity, Infinity, -Infinity, -Infinity];
  eachPosition(geometry.coordinates, ([lon, lat]) => {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  });
  return Number.isFinite(box[0]) ? box : null;
}

/** Mean radius of the Earth in metres (IUGG R1); good to 0.5 % here, which is enough to draw with. */
const EARTH_RADIUS_M = 6_371_008.8;
const DEGREE = Math.PI / 180;

/** A ring of 64 corners at `radius_m` metres around `centre`. */
export function circle(centre: LonLat, radius_m: number): LonLat[] {
  const dLat = radius_m / EARTH_RADIUS_M / DEGREE;
  const dLon = dLat / Math.cos(centre[1] * DEGREE);
  const ring: LonLat[] = [];
  for (let step = 0; step <= 64; step += 1) {
    const angle = (step / 64) * 2 * Math.PI;
    ring.push([centre[0] + dLon * Math.cos(angle), centre[1] + dLat * Math.sin(angle)]);
  }
  return ring;
}

/** Metres a pixel of the map stands for at `lat` and `zoom` (tiles of 512 pixels). */
export function metresPerPixel(lat: number, zoom: number): number {
  return (2 * Math.PI * EARTH_RADIUS_M * Math.cos(lat * DEGREE)) / (512 * 2 ** zoom);
}

/** The longest round length (1, 2 or 5 times a power of ten) that fits in `maxPixels`. */
export function scaleBar(lat: number, zoom: number, maxPixels: number): { metres: number; pixels: number } {
  const perPixel = metresPerPixel(lat, zoom);
  const most = perPixel * maxPixels;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= most) ?? power;
  return { metres, pixels: metres / perPixel };
}
