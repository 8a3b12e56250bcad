//! Whoever gives wrong passwords waits, longer each time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wrong ones that cost no wait: people mistype.
const FREE: u32 = 3;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(60);
/// What was wrong so long ago is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(15 * 60);
/// Pairs that are remembered at most; then the one that is quiet for longest is forgotten.
const ROOM: usize = 10_000;

/// A user, and an address that tries to be it. All names that are no user's are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Who {
    user: Option<String>,
    address: IpAddr,
}

impl Who {
    /// Puts a pair together. A network of IPv6 that one house is given (/64) is one address.
    pub(super) fn new(user: Option<&str>, address: IpAddr) -> Who {
        let address = match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(six) => match six.to_ipv4_mapped() {
                Some(four) => IpAddr::V4(four),
                None => IpAddr::V6((six.to_bits() & (u128::MAX << 64)).into()),
            },
        };
        Who { user: user.map(ToOwned::to_owned), address }
    }
}

#[derive(Debug)]
struct Wrong {
    count: u32,
    last: Instant,
}

impl Wrong {
    /// When the next one is looked at.
    fn next(&self) -> Instant {
        let over = self.count.saturating_sub(FREE);
        let pause = if over == 0 { Duration::ZERO } else { Duration::from_secs(1 << (over - 1).min(6)).min(LONGEST) };
        self.last + pause
    }
}

/// The wrong logins of late.
#[derive(Debug, Default)]
pub(super) struct Brake(Mutex<HashMap<Who, Wrong>>);

impl Brake {
    /// How long it has to wait before it is looked at again.
    pub(super) fn wait(&self, who: &Who, now: Instant) -> Option<Duration> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = all.get(who)?.next().saturating_duration_since(now);
        (!wait.is_zero()).then_some(wait)
    }

    /// It was wrong.
    pub(super) fn wrong(&self, who: Who, now: Instant) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ROOM && !all.contains_key(&who) {
            all.retain(|_, wrong| now.saturating_duration_since(wrong.last) < FORGOTTEN);
            if all.len() >= ROOM
                && let Some(quiet) = all.iter().min_by_key(|(_, wrong)| wrong.last).map(|(who, _)| who.clone())
            {
                all.remove(&quiet);
            }
        }
        let wrong = all.entry(who).or_insert(Wrong { count: 0, last: now });
        if now.saturating_duration_since(wrong.last) >= FORGOTTEN {
            wrong.count = 0;
        }
        wrong.count = wrong.count.saturating_add(1);
        wrong.last = now;
    }

    /// It was right: what was wrong before is forgotten.
    pub(super) fn right(&self, who: &Who) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(user: &str, address: &str) -> Who {
        Who::new(Some(user), address.parse().unwrap())
    }

    #[test]
    fn each_wrong_one_beyond_the_free_ones_doubles_the_wait() {
        let (brake, now) = (Brake::default(), Instant::now());
        let one = who("loja1", "10.0.0.1");
        let mut waits = Vec::new();
        for _ in 0..12 {
            brake.wrong(one.clone(), now);
            waits.push(brake.wait(&one, now).unwrap_or_default().as_secs());
        }
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(brake.wait(&one, now + LONGEST), None, "a wait ends");
        for other in [who("loja2", "10.0.0.1"), who("loja1", "10.0.0.2"), Who::new(None, one.address)] {
            assert_eq!(brake.wait(&other, now), None, "{other:?} waits for nobody else");
        }
        brake.right(&one);
        assert_eq!(brake.wait(&one, now), None);
    }

    #[test]
    fn what_is_long_ago_is_forgotten_and_the_room_is_bounded() {
        let (brake, now) = (Brake::default(), Instant::now());
        let one = who("loja1", "2001:db8::1");
        assert_eq!(one, who("loja1", "2001:db8::2"));
        assert_ne!(one, who("loja1", "2001:db8:0:1::1"));
        assert_eq!(who("a", "::ffff:10.0.0.1"), who("a", "10.0.0.1"));
        for _ in 0..9 {
            brake.wrong(one.clone(), now);
        }
        brake.wrong(one.clone(), now + FORGOTTEN);
        assert_eq!(brake.wait(&one, now + FORGOTTEN), None);
        for number in 0..=u32::try_from(ROOM).unwrap() {
            brake.wrong(
                Who::new(None, IpAddr::V4(number.into())),
                now + FORGOTTEN + Duration::from_nanos(number.into()),
            );
        }
        let all = brake.0.lock().unwrap();
        assert_eq!(all.len(), ROOM);
        assert!(!all.contains_key(&one), "the one that was quiet for longest made room");
    }
}
