//! Who takes a map apart that nobody needs any more.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::MapSnapshot;

/// Who reads for longer than this does not mind the rest.
const LONGEST: Duration = Duration::from_mins(1);

const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Keeps `map`, whose indexes nobody needs any more, until no reader has it. Who lets go of it last takes it apart, which at
/// city size takes 50 ms, and that must not be a reader.
pub(super) fn outlive_readers(map: Arc<MapSnapshot>) {
    let keep = move || {
        let began = Instant::now();
        while Arc::strong_count(&map) > 1 && began.elapsed() < LONGEST {
            thread::sleep(LOOK_AGAIN);
        }
    };
    // where no thread is to be had, it is taken apart here or by a reader
    let _kept = thread::Builder::new().name("old map".into()).spawn(keep);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_map_is_there_as_long_as_it_is_read_and_goes_soon_after() {
        let map = Arc::new(MapSnapshot::empty());
        let (reader, watched) = (Arc::clone(&map), Arc::downgrade(&map));
        outlive_readers(map);
        thread::sleep(3 * LOOK_AGAIN);
        assert_eq!(watched.strong_count(), 2, "the reader's and the keeper's");
        drop(reader);
        let began = Instant::now();
        while watched.strong_count() > 0 {
            assert!(began.elapsed() < Duration::from_secs(30), "kept for good");
            thread::sleep(LOOK_AGAIN);
        }
    }
}
