/** Colours for areas so that neighbours differ. */

import type { Feature, Geometry } from '../api/types';

function cornersOf(geometry: Geometry | null): string[] {
  const corners: string[] = [];
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === 'number') corners.push(`${(part[0] as number).toFixed(6)},${(part[1] as number).toFixed(6)}`);
    else part.forEach(walk);
  };
  walk(geometry?.coordinates);
  return corners;
}

/**
 * A number from 0 to `n - 1` for each feature's code; areas that share a corner differ where `n` allows it.
 *
 * Greedy, the most bound first, ties by code, then the colour used least: the same map gets the same colours on every machine.
 */
export function colourAreas(features: Feature[], n: number): Map<string, number> {
  const owners = new Map<string, Set<number>>();
  features.forEach((feature, index) => {
    for (const corner of cornersOf(feature.geometry)) {
      const set = owners.get(corner) ?? new Set<number>();
      set.add(index);
      owners.set(corner, set);
    }
  });
  const neighbours = features.map(() => new Set<number>());
  for (const set of owners.values()) {
    for (const a of set) for (const b of set) if (a !== b) neighbours[a]?.add(b);
  }
  const codeOf = (index: number): string => String(features[index]?.properties['code']);
  const order = features
    .map((_, index) => index)
    .toSorted((a, b) => (neighbours[b]?.size ?? 0) - (neighbours[a]?.size ?? 0) || codeOf(a).localeCompare(codeOf(b)));
  const colours = new Map<number, number>();
  const total = Array.from({ length: n }, () => 0);
  for (const index of order) {
    const uses = Array.from({ length: n }, () => 0);
    for (const other of neighbours[index] ?? []) {
      const colour = colours.get(other);
      if (colour !== undefined) uses[colour] = (uses[colour] ?? 0) + 1;
    }
    const least = Math.min(...uses);
    const free = total.map((used, colour) => (uses[colour] === least ? used : Infinity));
    const chosen = free.indexOf(Math.min(...free));
    colours.set(index, chosen);
    total[chosen] = (total[chosen] ?? 0) + 1;
  }
  return new Map([...colours].map(([index, colour]) => [codeOf(index), colour]));
}
