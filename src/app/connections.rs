//! How many connections are open, and which one is closed where there are too many: the one whose client has kept us
//! waiting longest, never the one that has just come.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::seldom::Seldom;
use crate::api::Activity;

/// File handles that are kept for the store, for files of imports and for what is just being closed.
const FEWEST_KEPT: u64 = 96;

/// More connections than this are of no use to one machine.
const MOST: u64 = 16_384;

/// How many connections may be on their way out before the next is let in.
const MOST_CLOSING: usize = 32;

/// How many connections there may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caps {
    /// In all.
    pub(super) all: usize,
    /// From one address, if it is no trusted proxy.
    pub(super) of_one: usize,
}

impl Caps {
    /// Raises the soft limit of file handles to the hard one, and derives from it what the settings leave open.
    pub(super) fn new(all: Option<usize>, of_one: Option<usize>) -> Self {
        let handles = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
            tracing::warn!(%error, "the limit of file handles cannot be read");
            1024
        });
        Self::within(handles, all, of_one)
    }

    fn within(handles: u64, all: Option<usize>, of_one: Option<usize>) -> Self {
        let kept = FEWEST_KEPT.max(handles / 8);
        let most = handles.saturating_sub(kept).clamp(16, MOST);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let all = all.unwrap_or(most).min(most);
        Self {
            all,
            of_one: of_one.unwrap_or(all / 2).clamp(1, all),
        }
    }
}

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Connections {
    caps: Caps,
    open: Mutex<Open>,
    one_ended: Notify,
    full: Seldom,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    all: HashMap<u64, (IpAddr, Arc<Activity>)>,
    /// How many of each address.
    of: HashMap<IpAddr, usize>,
    /// How many were told to close and are still there.
    closing: usize,
}

/// The place of one connection among all; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: Arc<Connections>,
    number: u64,
    pub(super) activity: Arc<Activity>,
}

impl Connections {
    pub(super) fn new(caps: Caps) -> Self {
        tracing::debug!(all = caps.all, of_one = caps.of_one, "connections at most");
        Self {
            caps,
            open: Mutex::default(),
            one_ended: Notify::new(),
            full: Seldom::default(),
        }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from `peer`; where there is none, the one that has kept us waiting longest is closed for
    /// it. `None` where all are being answered.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr, is_proxy: bool) -> Option<Place> {
        let peer = peer.to_canonical();
        let mut open = self.open();
        let of_this = open.of.get(&peer).copied().unwrap_or_default();
        let too_many_of_this = !is_proxy && of_this >= self.caps.of_one;
        let too_many = open.all.len() - open.closing.min(open.all.len()) >= self.caps.all;
        if too_many_of_this || too_many {
            let only = too_many_of_this.then_some(peer);
            let closed = open.close_the_longest_waiting(only);
            if let Some(left_out) = self.full.is_time() {
                tracing::warn!(%peer, closed, left_out, "there are too many connections");
            }
            if !closed {
                return None;
            }
        }
        let number = open.next;
        open.next += 1;
        let activity = Arc::<Activity>::default();
        open.all.insert(number, (peer, Arc::clone(&activity)));
        *open.of.entry(peer).or_default() += 1;
        Some(Place {
            connections: Arc::clone(self),
            number,
            activity,
        })
    }

    /// Closes some of those that keep us waiting, because there are no file handles left.
    pub(super) fn make_room(&self) {
        let mut open = self.open();
        for _ in 0..MOST_CLOSING {
            if !open.close_the_longest_waiting(None) {
                break;
            }
        }
    }

    /// Returns when few are still on their way out.
    pub(super) async fn settle(&self) {
        for _ in 0..100 {
            let ended = self.one_ended.notified();
            if self.open().closing <= MOST_CLOSING {
                return;
            }
            let _soon = timeout(Duration::from_millis(10), ended).await;
        }
    }

    /// Tells all to end after what they are answering, and returns when they have.
    pub(super) async fn end(&self) {
        loop {
            let ended = self.one_ended.notified();
            {
                let open = self.open();
                if open.all.is_empty() {
                    return;
                }
                for (_, activity) in open.all.values() {
                    activity.end();
                }
            }
            ended.await;
        }
    }
}

impl Open {
    /// Whether one could be closed: of `peer` only, where that is said.
    fn close_the_longest_waiting(&mut self, peer: Option<IpAddr>) -> bool {
        let of_peer = |of: IpAddr| peer.is_none_or(|peer| peer == of);
        let each = self.all.values().filter(|(of, _)| of_peer(*of));
        let waiting = each.filter_map(|(_, activity)| Some((activity.idle()?, activity)));
        let Some((_, activity)) = waiting.max_by_key(|(idle, _)| *idle) else {
            return false;
        };
        activity.close();
        self.closing += 1;
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        if let Some((peer, activity)) = open.all.remove(&self.number) {
            if activity.is_closing() {
                open.closing = open.closing.saturating_sub(1);
            }
            let of_this = open.of.get_mut(&peer).map(|number| {
                *number -= 1;
                *number
            });
            if of_this == Some(0) {
                open.of.remove(&peer);
            }
        }
        drop(open);
        self.connections.one_ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn caps_follow_the_file_handles() {
        let caps = |handles, all, of_one| {
            let caps = Caps::within(handles, all, of_one);
            (caps.all, caps.of_one)
        };
        assert_eq!(caps(1024, None, None), (896, 448));
        assert_eq!(caps(1 << 20, None, None), (16_384, 8192));
        assert_eq!(caps(1024, Some(100), Some(7)), (100, 7));
        assert_eq!(caps(1024, Some(5000), Some(5000)), (896, 896));
        assert_eq!(caps(20, None, None), (16, 8));
    }

    #[test]
    fn the_longest_waiting_gives_way_and_those_being_answered_do_not() {
        let caps = Caps { all: 3, of_one: 2 };
        let connections = Arc::new(Connections::new(caps));
        let one = address("10.0.0.1");
        let first = connections.take(one, false).unwrap();
        let second = connections.take(one, false).unwrap();
        first.activity.answering();
        let third = connections.take(one, false).unwrap();
        assert!(second.activity.is_closing() && !first.activity.is_closing());
        third.activity.answering();
        // of this address all are being answered but the one that is closing
        assert!(connections.take(one, false).is_none());
        drop(second);
        let other = connections.take(address("10.0.0.2"), false).unwrap();
        other.activity.answering();
        assert!(connections.take(address("10.0.0.3"), false).is_none());
        drop(other);
        assert!(connections.take(address("10.0.0.3"), false).is_some());
        drop((first, third));
        assert!(connections.open().all.is_empty() && connections.open().of.is_empty());
    }

    #[test]
    fn a_trusted_proxy_has_all_for_itself() {
        let caps = Caps { all: 3, of_one: 1 };
        let connections = Arc::new(Connections::new(caps));
        let proxy = address("::ffff:127.0.0.1");
        let all = [(); 3].map(|()| connections.take(proxy, true).unwrap());
        assert!(all.iter().all(|place| !place.activity.is_closing()));
        assert!(connections.take(proxy, true).is_some());
        assert_eq!(
            all.iter()
                .filter(|place| place.activity.is_closing())
                .count(),
            1
        );
    }
}
