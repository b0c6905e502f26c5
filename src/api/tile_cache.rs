//! Tiles kept as they were written, each compressed once for each way that is asked for.
//!
//! The key names the tile, its parameters, and the last revision that may have changed it
//! ([`MapSnapshot::touched`](crate::map::MapSnapshot::touched)): an edit makes another key for the tiles that it touches
//! and for no others, so nothing is ever taken out for being stale. Of many who ask for one tile at once, one makes it.

use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use foldhash::quality::{FixedState, RandomState};
use futures_util::FutureExt;
use moka::future::Cache;
use tokio::task::block_in_place;

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

/// A way of compression, by preference.
#[derive(Debug, Clone, Copy)]
enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

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

    /// The body as `headers` accept it, and the name of its compression.
    pub(super) fn body(&self, headers: &HeaderMap) -> (Bytes, Option<&'static str>) {
        if self.plain.len() >= WORTH_IT
            && let Some(coding) = accepted(headers)
            && let Some(body) = self.compressed(coding)
        {
            return (body, Some(coding.name()));
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
            kept.get_or_init(|| compress(&self.plain, coding).ok().map(Bytes::from))
                .clone()
        })
    }
}

fn compress(plain: &[u8], coding: Coding) -> io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(plain.len() / 3);
    match coding {
        Coding::Brotli => {
            brotli::CompressorReader::new(plain, 16 << 10, 5, 20).read_to_end(&mut out)?;
        }
        Coding::Zstd => return zstd::bulk::compress(plain, 6),
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(out, Compression::new(6));
            encoder.write_all(plain)?;
            return encoder.finish();
        }
    }
    Ok(out)
}

/// Says in `headers` that the body depends on what the client accepts, and in which coding it is.
pub(super) fn tell_coding(headers: &mut HeaderMap, coding: Option<&'static str>) {
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
}

/// A body that is sent once, compressed where it is worth the time; `None` where it is to be sent as it is.
pub(super) fn compressed_once(
    plain: &Written,
    headers: &HeaderMap,
) -> Option<(Bytes, &'static str)> {
    if !is_worth_it_once(plain.len()) {
        return None;
    }
    let coding = accepted(headers)?;
    let body = block_in_place(|| compress(&plain.to_vec(), coding).ok())?;
    Some((body.into(), coding.name()))
}

/// Whether a body of `len` bytes that is sent once is compressed for those who accept it.
pub(super) fn is_worth_it_once(len: usize) -> bool {
    len >= WORTH_IT_ONCE
}

impl Coding {
    /// As `Content-Encoding` says it.
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }
}

/// The compression that the client likes best, of those that are equally liked the first of [`CODINGS`].
fn accepted(headers: &HeaderMap) -> Option<Coding> {
    let offers = headers.get_all(header::ACCEPT_ENCODING);
    let mut best = None;
    for offer in offers.iter().filter_map(|value| value.to_str().ok()) {
        for offer in offer.split(',') {
            let (name, parameters) = offer.split_once(';').unwrap_or((offer, ""));
            let weight = parameters.trim().strip_prefix("q=");
            let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok());
            let known = CODINGS
                .iter()
                .position(|known| known.name().eq_ignore_ascii_case(name.trim()));
            let (Some(weight), Some(place)) = (weight, known) else {
                continue;
            };
            let better = best.is_none_or(|(most, first)| (weight, first) > (most, place));
            if weight > 0.0 && better {
                best = Some((weight, place));
            }
        }
    }
    best.and_then(|(_, place)| CODINGS.get(place).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_str(accept).unwrap(),
        );
        accepted(&headers).map(Coding::name)
    }

    #[test]
    fn the_client_chooses_and_refuses() {
        assert_eq!(name("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(name("br;q=0.5, gzip;q=0.9"), Some("gzip"));
        assert_eq!(name("br;q=0, gzip;q=0"), None);
        assert_eq!(name("identity"), None);
        assert_eq!(name("GZIP"), Some("gzip"));
        assert_eq!(name("br;q=x"), None);
    }

    #[test]
    fn each_way_gives_the_tile_back() {
        let plain = "民情图 ".repeat(500).into_bytes();
        let mut back = Vec::new();
        let coded = compress(&plain, Coding::Brotli).unwrap();
        brotli::Decompressor::new(coded.as_slice(), 4096)
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, plain);
        let coded = compress(&plain, Coding::Zstd).unwrap();
        assert_eq!(zstd::bulk::decompress(&coded, 1 << 20).unwrap(), plain);
        let coded = compress(&plain, Coding::Gzip).unwrap();
        back.clear();
        flate2::read::GzDecoder::new(coded.as_slice())
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, plain);
    }
}
