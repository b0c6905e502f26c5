//! Lengths and areas on the ellipsoid.
