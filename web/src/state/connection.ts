/** Is the server there? While it is not, ask again every few seconds. */

import { ref, watch } from 'vue';

import { isReady, onReachable } from '../api/client';

export const isAway = ref(false);
/** Since how many seconds the service has not reached its store; null while it does. */
export const staleSeconds = ref<number | null>(null);
/** Grows each time the server came back. */
export const returns = ref(0);

const RETRY_MS = 5_000;
/** A page that nobody touches asks now and then, so that it does not show an old map as if it were new. */
const LOOK_MS = 30_000;
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

onReachable((heard) => {
  isAway.value = !heard.reachable;
  const wasStale = staleSeconds.value !== null;
  staleSeconds.value = heard.staleSeconds;
  if (heard.reachable && wasStale && heard.staleSeconds === null) returns.value += 1;
});

watch([isAway, staleSeconds], ([away, stale]) => {
  clearTimeout(timer);
  if (away) timer = setTimeout(() => void retry(), RETRY_MS);
  else if (stale !== null) timer = setTimeout(() => void isReady(), RETRY_MS);
});

setInterval(() => {
  if (!document.hidden && !isAway.value) void isReady();
}, LOOK_MS);
