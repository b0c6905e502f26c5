/** Where the map is looking. */

import { shallowRef } from 'vue';

import type { View } from '../map/create-map';

export const view = shallowRef<View | null>(null);
