//! Where in the text of a message a path stands.
//!
//! Nothing is noted of it while a message is read: the few paths that somebody asks about are sought by reading
//! the message once more, in the very same way.

use std::collections::{HashMap, HashSet};

/// A place in the text of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Byte offset in [`Envelope::text`](crate::envelope::Envelope::text): where the value begins, or where
    /// stands what should hold it.
    pub at: usize,
    /// The XPath, with the names as the message spells them; in XML alone.
    pub xpath: Option<String>,
}

/// Paths that are sought, and where they were met.
#[derive(Debug, Default)]
pub(crate) struct Sought {
    wanted: HashSet<String>,
    met: HashMap<String, usize>,
}

impl Sought {
    /// Seeks paths; where one is not there, what is above it.
    pub(crate) fn of<'p>(paths: impl Iterator<Item = &'p str>) -> Sought {
        let mut wanted = HashSet::new();
        for path in paths {
            for above in with_above(path) {
                // With a path all that are above it are wanted, too.
                if wanted.contains(above) {
                    break;
                }
                wanted.insert(above.to_owned());
            }
        }
        Sought { wanted, met: HashMap::new() }
    }

    /// Takes note of a place; of a tag named twice the later one counts, as in reading.
    pub(crate) fn meet(&mut self, pointer: String, at: usize) {
        if self.wanted.contains(&pointer) {
            self.met.insert(pointer, at);
        }
    }

    /// Where a path stands, or the nearest above it that was met, and what of the path is missing there.
    pub(crate) fn find<'p>(&self, path: &'p str) -> Option<(usize, &'p str)> {
        with_above(path).find_map(|above| self.met.get(above).map(|at| (*at, &path[above.len()..])))
    }
}

/// A path and all that are above it, the outermost being the empty one.
fn with_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}
