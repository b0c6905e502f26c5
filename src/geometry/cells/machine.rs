//! What the index asks of the machine and safe Rust has no word for: bring a value near, lie on large pages. Neither
//! changes an answer.
#![expect(unsafe_code, reason = "hints about memory, which change no value")]

/// Asks for `values[at]`, which is read soon; beyond the end it asks for what nobody reads.
///
/// A read in its place would hold up all that follows until the value is there: a block of places takes twice as long.
#[inline]
pub(super) fn fetch<T>(values: &[T], at: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let address = values.as_ptr().wrapping_add(at).cast();
        // SAFETY: the instruction is part of every x86-64; it reads nothing and takes any address without a fault.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address) }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (values, at);
}

/// Takes back the spare room of `values`, and puts them on large pages where the system has them and it is worth it: a
/// random place in tens of megabytes of small pages waits for the page's address before it waits for the value.
pub(super) fn settle<T: Copy>(values: &mut Vec<T>) {
    values.shrink_to_fit();
    #[cfg(all(target_os = "linux", not(miri)))]
    prefer_large_pages(values);
}

#[cfg(all(target_os = "linux", not(miri)))]
fn prefer_large_pages<T: Copy>(values: &mut [T]) {
    const LARGE: usize = 2 << 20;
    let start = values.as_mut_ptr().cast::<u8>();
    let before = start.align_offset(LARGE);
    let whole = size_of_val(values).saturating_sub(before) / LARGE * LARGE;
    if whole == 0 {
        return;
    }
    let first = start.wrapping_add(before).cast();
    // the kernel does the first by and by, the second, where it knows it, at once
    for advice in [libc::MADV_HUGEPAGE, libc::MADV_COLLAPSE] {
        // SAFETY: the bytes are those of `values`, which nobody else has while we do; neither advice changes what they
        // are or who may use them. A system that does not take it answers with an error, and the pages stay small.
        unsafe { libc::madvise(first, whole, advice) };
    }
}
