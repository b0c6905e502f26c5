//! Minqing (民情图): the community situation map of a subdistrict, as one service.
//!
//! Data flows one way: files → [`ingest`] → [`store`] → [`map`] → [`query`], [`tile`] → [`api`] → web.
//! Read the modules in this order; ARCHITECTURE.md has the tour.

pub mod geometry;

pub mod domain;

pub mod map;

pub mod tile;
