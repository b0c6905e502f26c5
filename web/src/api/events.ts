/** What the server tells of changes while the page is looked at. */

import { ROOT } from './client';
import type { BBox } from './types';

export interface LayerChange {
  layer: string;
  ids: number[];
  /** The ground that the records cover and did cover. */
  boxes: BBox[];
}

export interface ChangeListener {
  changed(change: LayerChange): void;
  /** So much was missed that all has to be asked for anew. */
  reload(): void;
}

interface Told extends LayerChange {
  revision: number;
}

/** Listens while the page can be seen; a page in the background would keep one of the browser's few connections. */
export function listenForChanges(listener: ChangeListener): void {
  let source: EventSource | null = null;
  let seen = '';

  const open = (): void => {
    source ??= new EventSource(`${ROOT}/api/events${seen === '' ? '' : `?since=${seen}`}`);
    source.addEventListener('change', ({ data, lastEventId }: MessageEvent<string>) => {
      const { layer, ids, boxes } = JSON.parse(data) as Told;
      seen = lastEventId;
      listener.changed({ layer, ids, boxes });
    });
    source.addEventListener('reload', ({ lastEventId }: MessageEvent<string>) => {
      seen = lastEventId;
      listener.reload();
    });
    const mine = source;
    // the browser comes back by itself after a broken connection, but not after an answer that is none
    source.addEventListener('error', () => {
      if (mine.readyState !== EventSource.CLOSED || source !== mine) return;
      source = null;
      setTimeout(look, 5_000);
    });
  };
  const look = (): void => {
    if (!document.hidden && source === null) open();
    else if (document.hidden) {
      source?.close();
      source = null;
    }
  };
  document.addEventListener('visibilitychange', look);
  look();
}
