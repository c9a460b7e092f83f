//! Name trees and number trees (ISO 32000-2, 7.9.6 and 7.9.7).

use hayro::hayro_syntax::object::{Array, Dict, Object};

/// Limits for one tree. They also end cycles.
const MOST_NODES: usize = 10_000;
const MOST_ENTRIES: usize = 100_000;

/// Calls `each` with the keys and values of a tree; `leaves` is `Names` or `Nums`.
pub fn entries<'a>(root: &Dict<'a>, leaves: &[u8], mut each: impl FnMut(Object<'a>, Object<'a>)) {
    let mut waiting = vec![root.clone()];
    let (mut nodes, mut found) = (0, 0);
    while let Some(node) = waiting.pop() {
        if let Some(pairs) = node.get::<Array<'_>>(leaves) {
            let mut pairs = pairs.iter::<Object<'_>>();
            while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
                found += 1;
                if found > MOST_ENTRIES {
                    return;
                }
                each(key, value);
            }
        }
        if let Some(kids) = node.get::<Array<'_>>(b"Kids") {
            for kid in kids.iter::<Dict<'_>>() {
                nodes += 1;
                if nodes > MOST_NODES {
                    return;
                }
                waiting.push(kid);
            }
        }
    }
}
