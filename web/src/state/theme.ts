/** Which theme is on, and which overlays the reader has switched. */

import { computed, reactive, ref, watch } from 'vue';

import { SHOWN_BY_THEME, type ThemeId } from '../map/themes';

export const theme = ref<ThemeId>('grids');
export const shown = reactive(new Set<string>(SHOWN_BY_THEME.grids));
/** The overlay that a list needs beside those switched on; it goes with the list. */
export const lent = ref<string | null>(null);
/** Everything that is drawn. */
export const drawn = computed<ReadonlySet<string>>(() => new Set(lent.value === null ? shown : [...shown, lent.value]));
/** Closed risk points and cases are on the map only when asked for. */
export const showsClosed = ref(false);
/** Kinds of facility whose reach is drawn. */
export const reachKinds = reactive(new Set<string>(['elderly_care']));

/** Parts of the base that can be switched off. */
export const baseShown = reactive(new Set<string>(['buildings', 'compounds', 'grids', 'communities', 'names']));

watch(theme, (now) => {
  shown.clear();
  for (const id of SHOWN_BY_THEME[now]) shown.add(id);
});

export function toggle(set: Set<string>, id: string): void {
  if (set.has(id)) set.delete(id);
  else set.add(id);
}
