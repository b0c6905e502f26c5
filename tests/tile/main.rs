//! Tiles as their readers see them: what is in a tile, whether it is well formed, and whether others can read it.

mod decode;
mod hand;
mod map;
mod others;
mod pyramid;
mod shapes;
