//! Other reference systems.
