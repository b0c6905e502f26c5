/** Is the server there? While it is not, ask again every few seconds. */

import { ref, watch } from 'vue';

import { isReady, onReachable } from '../api/client';

export const isAway = ref(false);
/** Grows each time the server came back. */
export const returns = ref(0);

const RETRY_MS = 5_000;
let timer: ReturnType<typeof setTimeout> | undefined;

export async function retry(): Promise<void> {
  clearTimeout(timer);
  if (await isReady()) returns.value += 1;
  else if (isAway.value) timer = setTimeout(() => void retry(), RETRY_MS);
}

/** A tile failed: is it the server? Asking is enough, the answer is heard like any other. */
export async function probe(): Promise<void> {
  if (!isAway.value) await isReady();
}

onReachable((reachable) => {
  isAway.value = !reachable;
});

watch(isAway, (away) => {
  clearTimeout(timer);
  if (away) timer = setTimeout(() => void retry(), RETRY_MS);
});
