//! Tiles, and documents as large, kept as they were written, each compressed once for each way that is asked for.
//!
//! The key names the tile, its parameters, and the last revision that may have changed it
//! ([`MapSnapshot::touched`](crate::map::MapSnapshot::touched)): an edit makes another key for the tiles that it touches
//! and for no others, so nothing is ever taken out for being stale. Of many who ask for one tile at once, one makes it.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use foldhash::quality::{FixedState, RandomState};
use futures_util::FutureExt;
use moka::future::Cache;
use tokio::task::block_in_place;

use crate::api::content_coding::{Coding, SMALLEST_FIRST, Wanted, may_refuse_identity, wanted};
use crate::api::problem::Problem;
use crate::api::sent::Written;
use crate::domain::Revision;

/// Smaller bodies are sent as they are: compression would not make fewer packets of them.
const WORTH_IT: usize = 512;

/// The same for what is sent once: to compress less takes longer than to send it.
const WORTH_IT_ONCE: usize = 8 << 10;

/// Any number, but the same in every run.
const TAG_SEED: u64 = 0x6D69_6E71_696E_6700;

/// Which tile, made how, at which version of its ground.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct TileKey {
    /// Form, layers, address and parameters as they were asked.
    pub(super) asked: Box<str>,
    pub(super) version: Revision,
}

/// A tile as it is sent.
#[derive(Debug)]
pub(super) struct KeptTile {
    plain: Bytes,
    /// Weak, from the content: the same after a restart, and for every way of compression.
    pub(super) tag: HeaderValue,
    compressed: [OnceLock<Option<Bytes>>; 3],
}

/// The tiles that were asked for lately.
#[derive(Debug, Clone)]
pub struct TileCache {
    /// `None` where none are kept.
    tiles: Option<Cache<TileKey, Arc<KeptTile>, RandomState>>,
}

impl TileCache {
    /// Keeps up to about `bytes` of tiles.
    pub fn new(bytes: u64) -> Self {
        let weigh = |key: &TileKey, tile: &Arc<KeptTile>| {
            // compressed copies together are about as large as the tile itself
            let bytes = key.asked.len() + 2 * tile.plain.len() + size_of::<KeptTile>();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let tiles = (bytes > 0).then(|| {
            let cache = Cache::builder().max_capacity(bytes).weigher(weigh);
            cache.build_with_hasher(RandomState::default())
        });
        Self { tiles }
    }

    /// The tile if it is there.
    pub(super) fn peek(&self, key: &TileKey) -> Option<Arc<KeptTile>> {
        self.tiles.as_ref()?.get(key).now_or_never().flatten()
    }

    /// Keeps a tile that was made in no time.
    pub(super) fn keep(&self, key: TileKey, body: Vec<u8>) -> Arc<KeptTile> {
        let tile = Arc::new(KeptTile::new(body));
        if let Some(tiles) = &self.tiles {
            // where the cache is busy the tile is made again
            let _kept = tiles.insert(key, Arc::clone(&tile)).now_or_never();
        }
        tile
    }

    /// The tile, made by `make` when it is not there.
    ///
    /// # Errors
    /// What `make` says; nothing is kept then.
    pub(super) async fn get(
        &self,
        key: TileKey,
        make: impl Future<Output = Result<Vec<u8>, Problem>>,
    ) -> Result<Arc<KeptTile>, Problem> {
        let make = async { Ok(Arc::new(KeptTile::new(make.await?))) };
        let Some(tiles) = &self.tiles else {
            return make.await;
        };
        if let Some(tile) = tiles.get(&key).await {
            return Ok(tile);
        }
        let tile = tiles.try_get_with(key, make).await;
        tile.map_err(|problem: Arc<Problem>| Problem::clone(&problem))
    }
}

impl KeptTile {
    fn new(body: Vec<u8>) -> Self {
        let mut hash = FixedState::with_seed(TAG_SEED).build_hasher();
        hash.write(&body);
        let tag = format!("W/\"t{:016x}\"", hash.finish());
        let tag = HeaderValue::from_str(&tag);
        Self {
            plain: body.into(),
            tag: tag.unwrap_or_else(|_impossible| HeaderValue::from_static("W/\"t\"")),
            compressed: Default::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// The body as `headers` accept it, and its coding.
    pub(super) fn body(&self, headers: &HeaderMap) -> (Bytes, Option<Coding>) {
        let coding = match wanted(headers, SMALLEST_FIRST) {
            Wanted::Coded(coding) if self.plain.len() >= WORTH_IT => Some(coding),
            Wanted::Only(coding) if !self.plain.is_empty() => Some(coding),
            _ => None,
        };
        if let Some(coding) = coding
            && let Some(body) = self.compressed(coding)
        {
            return (body, Some(coding));
        }
        (self.plain.clone(), None)
    }

    fn compressed(&self, coding: Coding) -> Option<Bytes> {
        let [brotli, zstd, gzip] = &self.compressed;
        let kept = match coding {
            Coding::Brotli => brotli,
            Coding::Zstd => zstd,
            Coding::Gzip => gzip,
        };
        if let Some(kept) = kept.get() {
            return kept.clone();
        }
        block_in_place(|| {
            kept.get_or_init(|| coding.encode(&self.plain).ok().map(Bytes::from))
                .clone()
        })
    }
}

/// A body that is sent once, compressed where it is worth the time; `None` where it is to be sent as it is.
pub(super) fn compressed_once(plain: &Written, headers: &HeaderMap) -> Option<(Bytes, Coding)> {
    let is_worth_it = is_worth_it_once(plain.len());
    if !is_worth_it && !may_refuse_identity(headers) {
        return None;
    }
    let coding = match wanted(headers, SMALLEST_FIRST) {
        Wanted::Coded(coding) if is_worth_it => coding,
        Wanted::Only(coding) => coding,
        _ => return None,
    };
    let body = block_in_place(|| coding.encode(&plain.to_vec()).ok())?;
    Some((body.into(), coding))
}

/// Whether a body of `len` bytes that is sent once is compressed for those who accept it.
pub(super) fn is_worth_it_once(len: usize) -> bool {
    len >= WORTH_IT_ONCE
}
