//! Minqing (民情图): the community situation map of a subdistrict, as one service.
//!
//! Data flows one way: files → [`ingest`] → [`import`] → [`store`] → [`map`] → [`query`], [`tile`], [`check`] → [`api`] → web.
//! Read the modules in this order; ARCHITECTURE.md has the tour.

pub mod geometry;

pub mod domain;

pub mod demo;

pub mod ingest;

pub mod store;

pub mod import;

pub mod map;

pub mod query;

pub mod tile;

pub mod check;

pub mod api;

pub mod app;

pub mod config;
