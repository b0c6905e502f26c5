/** Something that comes from the server: not asked yet, on its way, here, or failed. */

import { shallowRef, type ShallowRef } from 'vue';

import { ApiError, type Fault } from '../api/client';

export type Remote<T> = { state: 'idle' } | { state: 'loading'; last: T | null } | { state: 'ready'; value: T } | { state: 'failed'; fault: Fault; detail: string };

export interface Asked<T> {
  answer: ShallowRef<Remote<T>>;
  /** Asks anew; an answer to an older question is dropped. */
  ask(question: (signal: AbortSignal) => Promise<T>): Promise<T | null>;
  clear(): void;
}

export function remote<T>(): Asked<T> {
  const answer: ShallowRef<Remote<T>> = shallowRef({ state: 'idle' });
  let running: AbortController | null = null;
  return {
    answer,
    async ask(question) {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      const before = answer.value;
      answer.value = { state: 'loading', last: before.state === 'ready' ? before.value : null };
      try {
        const value = await question(mine.signal);
        if (running !== mine) return null;
        answer.value = { state: 'ready', value };
        return value;
      } catch (error) {
        if (running !== mine) return null;
        const { fault, message } = error instanceof ApiError ? error : new ApiError('broken', '');
        answer.value = { state: 'failed', fault, detail: message };
        return null;
      }
    },
    clear() {
      running?.abort();
      running = null;
      answer.value = { state: 'idle' };
    },
  };
}
