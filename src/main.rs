//! The `minqing` program.

fn main() {}
