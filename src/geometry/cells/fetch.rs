//! The one request to the processor that safe Rust has no word for: bring a value near, and do not wait for it.
#![expect(
    unsafe_code,
    reason = "a hint on the address of a value that a reference proves to be there"
)]

/// Asks for `values[at]`, which is read soon; nothing happens beyond the end.
///
/// A read in its place would hold up all that follows until the value is there: a block of places takes twice as long.
#[inline]
pub(super) fn fetch<T>(values: &[T], at: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    if let Some(value) = values.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the instruction is part of every x86-64; it reads nothing, and the address is that of a live value.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (values, at);
}
