/** Where the keyboard is: kept inside what covers the page, and given back when it goes. */
import { nextTick, onBeforeUnmount, onMounted, watch, type Ref } from 'vue';

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';

function stops(inside: HTMLElement): HTMLElement[] {
  return [...inside.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => element.tabIndex >= 0 && element.getClientRects().length > 0);
}

/** Focus goes back to what had it, or to the map where that is gone. */
function giveBack(before: Element | null): void {
  const isLost = before === null || before === document.body || !before.isConnected || before.getClientRects().length === 0;
  const target = isLost ? document.querySelector<HTMLElement>('#map canvas') : (before as HTMLElement);
  target?.focus({ preventScroll: true });
}

/** While `isOpen`, Tab stays within the element: for what covers the rest of the page. */
export function useFocusTrap(element: Readonly<Ref<HTMLElement | null>>, isOpen: () => boolean): void {
  let before: Element | null = null;

  function keep(event: KeyboardEvent): void {
    const inside = element.value;
    if (event.key !== 'Tab' || inside === null) return;
    const all = stops(inside);
    const [first, last] = [all[0], all.at(-1)];
    if (first === undefined || last === undefined) return;
    const isOutside = !inside.contains(document.activeElement);
    if (event.shiftKey ? isOutside || document.activeElement === first : isOutside || document.activeElement === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }

  watch(
    isOpen,
    async (open) => {
      document.removeEventListener('keydown', keep);
      if (open) {
        before = document.activeElement;
        document.addEventListener('keydown', keep);
        await nextTick();
        if (element.value !== null) stops(element.value)[0]?.focus();
      } else if (before !== null) {
        giveBack(before);
        before = null;
      }
    },
    { immediate: true },
  );
  onBeforeUnmount(() => document.removeEventListener('keydown', keep));
}

/** Takes the focus when it is nowhere, or always with `takes`; gives it back when the part goes while it has it. */
export function useFocusReturn(element: Readonly<Ref<HTMLElement | null>>, takes = false): { take: () => void } {
  let before: Element | null = null;

  function take(): void {
    const active = document.activeElement;
    if (takes || active === null || active === document.body) element.value?.focus({ preventScroll: true });
  }

  onMounted(() => {
    before = document.activeElement;
    take();
  });
  onBeforeUnmount(() => {
    const active = document.activeElement;
    if (active === document.body || element.value?.contains(active) === true) giveBack(before);
  });
  return { take };
}
