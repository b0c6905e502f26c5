/** Which overlays a theme shows at first, and all overlays there are. */

import { facilities, reach } from './facilities';
import { gridTheme } from './grids';
import { inspectionTargets } from './inspection';
import { builtYears, renovationProjects } from './renovation';
import { cases, riskPoints } from './risk';
import type { Overlay, ThemeId } from './theme';

export * from './theme';

/** Bottom to top. */
export const OVERLAYS: readonly Overlay[] = [gridTheme, builtYears, reach, renovationProjects, facilities, cases, inspectionTargets, riskPoints];

/** What each theme turns on; the reader may change it afterwards. */
export const SHOWN_BY_THEME: Record<ThemeId, readonly string[]> = {
  grids: ['grid_tints'],
  risk: ['risk_points'],
  renovation: ['built_year', 'renovation_projects'],
  inspection: ['inspection_targets'],
  facilities: ['facilities', 'reach'],
};
