//! Tiles as their readers see them: what is in a tile, whether it is well formed, and whether others can read it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test that is wrong should fail where it is wrong"
)]

mod borders;
mod crowd;
mod decode;
mod hand;
mod map;
mod mended;
mod others;
mod outlines;
mod plate_carree;
mod prepared;
mod pyramid;
mod shapes;
