import { expect, test } from 'vitest';

import { ApiError } from '../api/client';
import { remote } from './remote';

function later(): { promise: Promise<string>; resolve: (text: string) => void } {
  const waiting: ((text: string) => void)[] = [];
  const promise = new Promise<string>((resolve) => {
    waiting.push(resolve);
  });
  return { promise, resolve: (text) => waiting.forEach((resolve) => resolve(text)) };
}

test('an answer to an older question is dropped', async () => {
  const asked = remote<string>();
  const { promise, resolve: answerFirst } = later();
  const first = asked.ask(() => promise);
  await asked.ask(() => Promise.resolve('second'));
  answerFirst('first');
  expect(await first).toBeNull();
  expect(asked.answer.value).toEqual({ state: 'ready', value: 'second' });
});

test('while a new answer is on its way the last one stays at hand, and a failure says which', async () => {
  const asked = remote<number>();
  await asked.ask(() => Promise.resolve(1));
  const second = asked.ask(() => Promise.reject(new ApiError('away', '')));
  expect(asked.answer.value).toEqual({ state: 'loading', last: 1 });
  await second;
  expect(asked.answer.value).toEqual({ state: 'failed', fault: 'away', detail: '' });
});
