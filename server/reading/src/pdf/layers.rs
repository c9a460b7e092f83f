//! Optional content (ISO 32000-2, 8.11), as a viewer shows it when it opens the document.

use hayro::hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, ObjectIdentifier};
use std::collections::HashSet;

/// The deepest nesting of an expression. Programs write two or three levels.
const DEEPEST: u32 = 32;
/// The most terms of one expression.
const MOST_TERMS: u32 = 1_000;

#[derive(Debug, Default)]
pub struct Layers {
    /// Hidden groups.
    pub off: HashSet<ObjectIdentifier>,
    /// Whether some groups are hidden by usage (8.11.4.4), which hayro 0.9 ignores.
    pub by_usage: bool,
}

impl Layers {
    pub fn of(catalog: &Dict<'_>) -> Self {
        let mut layers = Self::default();
        let Some(properties) = catalog.get::<Dict<'_>>(b"OCProperties") else {
            return layers;
        };
        let Some(config) = properties.get::<Dict<'_>>(b"D") else {
            return layers;
        };
        let base = config.get::<Name<'_>>(b"BaseState");
        if base.is_some_and(|state| state.as_ref() == b"OFF") {
            layers.off.extend(ids(&properties, b"OCGs"));
        }
        for on in ids(&config, b"ON") {
            layers.off.remove(&on);
        }
        layers.off.extend(ids(&config, b"OFF"));
        layers.read_usage(&config);
        layers
    }

    fn read_usage(&mut self, config: &Dict<'_>) {
        let Some(usages) = config.get::<Array<'_>>(b"AS") else {
            return;
        };
        for usage in usages.iter::<Dict<'_>>() {
            let event = usage.get::<Name<'_>>(b"Event");
            if event.is_none_or(|event| event.as_ref() != b"View") {
                continue;
            }
            let Some(groups) = usage.get::<Array<'_>>(b"OCGs") else {
                continue;
            };
            let group_ids = ids(&usage, b"OCGs");
            for (group, id) in groups.iter::<Dict<'_>>().zip(group_ids) {
                let view = group
                    .get::<Dict<'_>>(b"Usage")
                    .and_then(|usage| usage.get::<Dict<'_>>(b"View"));
                let state = view.and_then(|view| view.get::<Name<'_>>(b"ViewState"));
                let has_changed = match state.as_deref() {
                    Some(b"OFF") => self.off.insert(id),
                    Some(b"ON") => self.off.remove(&id),
                    _ => false,
                };
                self.by_usage |= has_changed;
            }
        }
    }

    /// Whether content with this `/OC` entry is visible.
    pub fn shows(&self, holder: &Dict<'_>) -> bool {
        let Some(condition) = holder.get::<Dict<'_>>(b"OC") else {
            return true;
        };
        let id = holder.get_ref(b"OC").map(Into::into);
        if is_membership(&condition) {
            self.meets(&condition)
        } else {
            id.is_none_or(|id| !self.off.contains(&id))
        }
    }

    /// Whether a membership dictionary (8.11.2.2) makes its content visible.
    pub fn meets(&self, membership: &Dict<'_>) -> bool {
        if let Some(expression) = membership.get::<Array<'_>>(b"VE") {
            let mut terms = MOST_TERMS;
            if let Some(value) = self.value(&expression, DEEPEST, &mut terms) {
                return value;
            }
        }
        let groups = match membership.get::<Array<'_>>(b"OCGs") {
            Some(_) => ids(membership, b"OCGs"),
            None => membership
                .get_ref(b"OCGs")
                .map(|id| vec![id.into()])
                .unwrap_or_default(),
        };
        let mut on = groups.iter().map(|id| !self.off.contains(id));
        match membership.get::<Name<'_>>(b"P").as_deref() {
            _ if groups.is_empty() => true,
            Some(b"AllOn") => on.all(|on| on),
            Some(b"AnyOff") => on.any(|on| !on),
            Some(b"AllOff") => on.all(|on| !on),
            _ => on.any(|on| on),
        }
    }

    /// The value of an expression. None when it is not valid.
    fn value(&self, expression: &Array<'_>, depth: u32, terms: &mut u32) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let mut parts = expression.raw_iter();
        let Some(MaybeRef::NotRef(Object::Name(operator))) = parts.next() else {
            return None;
        };
        // Nested arrays may be indirect, which is rare.
        let mut resolved = expression.iter::<Object<'_>>().skip(1);
        let mut values = Vec::new();
        for part in parts {
            *terms = terms.checked_sub(1)?;
            let value = match (part, resolved.next()?) {
                (_, Object::Array(inner)) => self.value(&inner, depth, terms)?,
                (MaybeRef::Ref(id), _) => !self.off.contains(&id.into()),
                _ => return None,
            };
            values.push(value);
        }
        match operator.as_ref() {
            b"And" => Some(values.iter().all(|value| *value)),
            b"Or" => Some(values.iter().any(|value| *value)),
            b"Not" => values.first().map(|value| !value),
            _ => None,
        }
    }
}

pub fn is_membership(dict: &Dict<'_>) -> bool {
    dict.get::<Name<'_>>(b"Type")
        .is_some_and(|kind| kind.as_ref() == b"OCMD")
}

/// The references in an array.
fn ids(dict: &Dict<'_>, key: &[u8]) -> Vec<ObjectIdentifier> {
    let array = dict.get::<Array<'_>>(key);
    let values = array.iter().flat_map(Array::raw_iter);
    values
        .filter_map(|value| value.as_obj_ref().map(Into::into))
        .collect()
}
