//! Finds the resources of a page that hayro draws wrongly.
//!
//! hayro isolates each transparency group. If a group is not isolated and its content blends with the page
//! (such as a highlighter that multiplies), the content has nothing to blend with and hides the page. Such a
//! group is replaced by its content, which is equivalent if the group itself is opaque and normal (ISO
//! 32000-2, 11.4.5).

use super::{
    super::layers::{Layers, is_membership},
    symbols,
};
use hayro::hayro_syntax::{
    content::{TypedIter, ops::TypedInstruction},
    object::{Dict, Name, Object, ObjectIdentifier, Stream},
    page::{Page, Resources},
};
use std::collections::{HashMap, HashSet};

/// The deepest nesting of forms.
const DEEPEST: u32 = 12;
/// The most dictionaries that are read for one page.
const MOST: u32 = 20_000;

#[derive(Default)]
pub struct Found {
    /// Groups whose content blends with the page below.
    pub ungrouped: HashSet<ObjectIdentifier>,
    /// Membership dictionaries with an expression, and its value.
    pub expressions: HashMap<ObjectIdentifier, bool>,
    pub has_symbols: bool,
    /// Forms that were read, and whether their content blends with the page below.
    blends: HashMap<ObjectIdentifier, bool>,
    /// Groups of soft masks.
    masks: HashSet<ObjectIdentifier>,
    looked_at: u32,
}

impl Found {
    pub fn on(page: &Page<'_>, layers: &Layers) -> Self {
        let mut found = Self::default();
        found.look(page.resources(), layers, DEEPEST);
        found
    }

    pub fn is_clean(&self) -> bool {
        self.ungrouped.is_empty() && self.expressions.is_empty() && !self.has_symbols
    }

    /// Reads an annotation's appearance as a form of the page. Returns whether it blends.
    pub fn look_at(&mut self, form: &Stream<'_>, page: &Page<'_>, layers: &Layers) -> bool {
        self.form(form, page.resources(), layers, DEEPEST)
    }

    fn look(&mut self, resources: &Resources<'_>, layers: &Layers, depth: u32) {
        for state in values::<Dict<'_>>(&resources.ext_g_states) {
            self.looked_at += 1;
            let mask = state.get::<Dict<'_>>(b"SMask");
            if let Some(group) = mask.and_then(|mask| mask.get::<Stream<'_>>(b"G")) {
                self.masks.insert(group.obj_id());
                self.ungrouped.remove(&group.obj_id());
                self.form(&group, resources, layers, depth);
            }
        }
        for font in values::<Dict<'_>>(&resources.fonts) {
            self.looked_at += 1;
            self.has_symbols |= symbols::is_replaced(&font);
        }
        for name in resources.properties.keys() {
            self.membership(&resources.properties, name.as_ref(), layers);
        }
        for pattern in values::<Stream<'_>>(&resources.patterns) {
            self.form(&pattern, resources, layers, depth);
        }
        for object in values::<Stream<'_>>(&resources.x_objects) {
            self.membership(object.dict(), b"OC", layers);
            if is(object.dict(), b"Form") {
                self.form(&object, resources, layers, depth);
            }
            if self.looked_at > MOST {
                return;
            }
        }
    }

    pub fn membership(&mut self, holder: &Dict<'_>, key: &[u8], layers: &Layers) {
        self.looked_at += 1;
        let membership = holder.get::<Dict<'_>>(key);
        let membership = membership.filter(|it| is_membership(it) && it.contains_key(b"VE"));
        if let (Some(id), Some(membership)) = (holder.get_ref(key), membership) {
            self.expressions
                .insert(id.into(), layers.meets(&membership));
        }
    }

    /// Whether a form's content blends with the page below.
    fn form(
        &mut self,
        form: &Stream<'_>,
        around: &Resources<'_>,
        layers: &Layers,
        depth: u32,
    ) -> bool {
        let id = form.obj_id();
        if let Some(blends) = self.blends.get(&id) {
            return *blends;
        }
        // Ends recursive forms.
        self.blends.insert(id, false);
        self.looked_at += 1;
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let own = form
            .dict()
            .get::<Dict<'_>>(b"Resources")
            .map(Resources::new);
        let resources = own.as_ref().unwrap_or(around);
        if own.is_some() {
            self.look(resources, layers, depth);
        }
        let group = form.dict().get::<Dict<'_>>(b"Group");
        let is_set = |key: &[u8]| {
            let group = group.as_ref();
            group.is_some_and(|group| group.get::<bool>(key) == Some(true))
        };
        let blends = !is_set(b"I") && self.content_blends(form, resources, layers, depth);
        if blends && group.is_some() && !is_set(b"K") && !self.masks.contains(&id) {
            self.ungrouped.insert(id);
        }
        self.blends.insert(id, blends);
        blends
    }

    fn content_blends(
        &mut self,
        form: &Stream<'_>,
        resources: &Resources<'_>,
        layers: &Layers,
        depth: u32,
    ) -> bool {
        let states = resources.ext_g_states.keys().count();
        let may_blend = states > 0 || resources.x_objects.keys().next().is_some();
        if !may_blend {
            return false;
        }
        let Ok(content) = form.decoded_data() else {
            return false;
        };
        let mut operations = TypedIter::new(content.as_ref());
        while let Some(operation) = operations.next() {
            match operation {
                TypedInstruction::SetGraphicsState(state) => {
                    let state = resources.get_ext_g_state(state.0);
                    if state.is_some_and(|state| sets_blending(&state)) {
                        return true;
                    }
                }
                TypedInstruction::XObject(object) => {
                    let object = resources.get_x_object(object.0);
                    let object = object.filter(|object| is(object.dict(), b"Form"));
                    if object.is_some_and(|it| self.form(&it, resources, layers, depth)) {
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }
}

/// Whether a graphics state has a blend mode other than normal.
fn sets_blending(state: &Dict<'_>) -> bool {
    let mode = match state.get::<Object<'_>>(b"BM") {
        Some(Object::Name(name)) => Some(name),
        Some(Object::Array(names)) => names.iter::<Name<'_>>().next(),
        _ => None,
    };
    mode.is_some_and(|mode| !matches!(mode.as_ref(), b"Normal" | b"Compatible"))
}

fn is(dict: &Dict<'_>, kind: &[u8]) -> bool {
    let name = dict.get::<Name<'_>>(b"Subtype");
    name.is_some_and(|name| name.as_ref() == kind)
}

fn values<'a, T>(dict: &Dict<'a>) -> Vec<T>
where
    T: TryFrom<Object<'a>>,
{
    dict.keys()
        .take(5_000)
        .filter_map(|name| dict.get::<Object<'a>>(name.as_ref()))
        .filter_map(|value| T::try_from(value).ok())
        .collect()
}
