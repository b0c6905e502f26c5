/** Web Mercator tile addresses. */

import type { BBox } from '../api/types';

export interface TileAddress {
  z: number;
  x: number;
  y: number;
}

function column(lon: number, z: number): number {
  return Math.floor(((lon + 180) / 360) * 2 ** z);
}

function row(lat: number, z: number): number {
  const phi = (lat * Math.PI) / 180;
  return Math.floor(((1 - Math.asinh(Math.tan(phi)) / Math.PI) / 2) * 2 ** z);
}

/** The tiles of zoom `z` that cover `box`, row by row; at most `limit` of them. */
export function tilesOver(box: BBox, z: number, limit = 64): TileAddress[] {
  const last = 2 ** z - 1;
  const clamp = (value: number): number => Math.max(0, Math.min(last, value));
  const tiles: TileAddress[] = [];
  for (let y = clamp(row(box[3], z)); y <= clamp(row(box[1], z)); y += 1) {
    for (let x = clamp(column(box[0], z)); x <= clamp(column(box[2], z)); x += 1) {
      if (tiles.length >= limit) return tiles;
      tiles.push({ z, x, y });
    }
  }
  return tiles;
}

/** Tiles reach a little over their edge, so that lines join: so far, in widths of a tile. */
const MARGIN = 1 / 8;

/** The tiles of the zooms `from` to `to` that show something of `box`. */
export function touchedTiles(box: BBox, from: number, to: number): TileAddress[] {
  const tiles: TileAddress[] = [];
  for (let z = from; z <= to; z += 1) {
    // of latitude a tile spans less degrees than of longitude, so this is on the safe side
    const margin = (MARGIN * 360) / 2 ** z;
    const [west, south, east, north] = box;
    tiles.push(...tilesOver([west - margin, south - margin, east + margin, north + margin], z, Number.POSITIVE_INFINITY));
  }
  return tiles;
}
