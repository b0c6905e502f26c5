/** What the map has: layers, fields, code lists; read once at start. */

import { computed, shallowRef } from 'vue';

import { ApiError, catalogue as fetchCatalogue } from '../api/client';
import type { Catalogue, Field, Label, LayerInfo } from '../api/types';
import { beijingDay } from './dates';
import { language } from './language';

export const catalogue = shallowRef<Catalogue | null>(null);
export const catalogueError = shallowRef<ApiError | null>(null);

export async function loadCatalogue(): Promise<void> {
  try {
    catalogue.value = await fetchCatalogue();
    catalogueError.value = null;
  } catch (error) {
    catalogueError.value = error instanceof ApiError ? error : new ApiError('broken', '');
  }
}

/** The text of a label in the language in use. */
export function words(label: Label | undefined): string {
  return label === undefined ? '' : label[language.value];
}

export function layerInfo(id: string): LayerInfo | undefined {
  return catalogue.value?.layers.find((layer) => layer.id === id);
}

export function layerTitle(id: string): string {
  return words(layerInfo(id)?.title) || id;
}

export function field(layer: string, name: string): Field | undefined {
  return layerInfo(layer)?.fields.find((candidate) => candidate.name === name);
}

/** What people read for a code; the code itself where the list does not know it. */
export function codeTitle(layer: string, name: string, code: unknown): string {
  const found = field(layer, name)?.codes?.find((item) => item.code === code);
  return found === undefined ? String(code ?? '') : words(found.title);
}

/** The day that "overdue" is counted from: the demonstration stands still at the day it was made for. */
export const today = computed(() => {
  const known = catalogue.value;
  const now = known?.demo === true && known.as_of !== null ? new Date(known.as_of) : new Date();
  return beijingDay(now);
});
