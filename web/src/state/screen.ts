/** Is this a phone, and which panels are open. */

import { ref } from 'vue';

const narrow = matchMedia('(max-width: 760px)');

export const isPhone = ref(narrow.matches);
export const isPanelOpen = ref(!narrow.matches);

narrow.addEventListener('change', ({ matches }) => {
  isPhone.value = matches;
  isPanelOpen.value = !matches;
});
