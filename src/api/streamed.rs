//! Long answers, written as they are sent: a chunk at a time, never the whole in memory.

use std::mem;
use std::ops::ControlFlow;

use axum::body::{Body, Bytes};
use futures_util::stream;

use crate::api::problem::Problem;
use crate::api::workers::Workers;

/// Bytes after which a chunk is sent.
const CHUNK: usize = 64 << 10;

/// Appends the next piece of a body; [`ControlFlow::Break`] with the last one.
type WriteNext = Box<dyn FnMut(&mut Vec<u8>) -> ControlFlow<()> + Send>;

/// A body whose first chunk is written.
pub(super) struct Streamed {
    first: Bytes,
    /// `None` when the first chunk is all.
    rest: Option<WriteNext>,
}

impl Streamed {
    /// Writes the first chunk by calling `write_next`; the others are written while they are sent.
    pub(super) fn begin(
        write_next: impl FnMut(&mut Vec<u8>) -> ControlFlow<()> + Send + 'static,
    ) -> Self {
        let mut rest: WriteNext = Box::new(write_next);
        let (first, end) = chunk(&mut rest);
        Self {
            first,
            rest: end.is_continue().then_some(rest),
        }
    }

    /// The body; of a longer one each further chunk is written by `workers` when the client has taken the one before.
    pub(super) fn into_body(self, workers: Workers) -> Body {
        let Some(rest) = self.rest else {
            return Body::from(self.first);
        };
        let next = Next {
            ready: Some(self.first),
            rest: Some(rest),
            workers,
        };
        Body::from_stream(stream::try_unfold(next, Next::step))
    }
}

struct Next {
    ready: Option<Bytes>,
    rest: Option<WriteNext>,
    workers: Workers,
}

impl Next {
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, Problem> {
        if let Some(ready) = self.ready.take() {
            return Ok(Some((ready, self)));
        }
        let Some(mut rest) = self.rest.take() else {
            return Ok(None);
        };
        let written = self.workers.run(move || {
            let (bytes, end) = chunk(&mut rest);
            (bytes, end.is_continue().then_some(rest))
        });
        let (bytes, rest) = written.await?;
        self.rest = rest;
        Ok(Some((bytes, self)))
    }
}

fn chunk(write_next: &mut WriteNext) -> (Bytes, ControlFlow<()>) {
    let mut out = Vec::with_capacity(CHUNK + CHUNK / 8);
    loop {
        let end = write_next(&mut out);
        if end.is_break() || out.len() >= CHUNK {
            return (Bytes::from(mem::take(&mut out)), end);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn chunks_come_in_order_and_whole() {
        let mut number = 0_u32;
        let streamed = Streamed::begin(move |out| {
            out.extend_from_slice(format!("{number},").as_bytes());
            number += 1;
            if number == 100_000 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert!(streamed.first.len() < CHUNK + 100);
        let body = to_bytes(streamed.into_body(Workers::default()), usize::MAX).await;
        let text = String::from_utf8(body.unwrap().to_vec()).unwrap();
        let numbers: Vec<String> = (0..100_000).map(|number: u32| number.to_string()).collect();
        assert_eq!(text, numbers.join(",") + ",");
    }

    #[tokio::test]
    async fn a_short_body_has_a_length() {
        let streamed = Streamed::begin(|out| {
            out.extend_from_slice(b"x");
            ControlFlow::Break(())
        });
        let body = streamed.into_body(Workers::default());
        assert_eq!(http_body::Body::size_hint(&body).exact(), Some(1));
    }
}
