//! Copies objects of a document into a new one, without protection.

use hayro::hayro_syntax::{
    object::{Array, Dict, MaybeRef, Object, ObjectIdentifier, Stream},
    xref::XRef,
};
use std::{
    collections::{HashMap, HashSet},
    io::Write,
};

/// The most objects. A page uses a few hundred.
const MOST_OBJECTS: usize = 50_000;
/// The largest copy, in bytes. A page's pictures have a few MB.
const LARGEST: usize = 256 << 20;

/// Entries that lead from a page's content back to the document.
const UNUSED: [&[u8]; 8] = [
    b"Parent",
    b"StructParent",
    b"StructParents",
    b"PieceInfo",
    b"Metadata",
    b"Pg",
    b"OPI",
    b"Usage",
];

/// Replacements for objects of the document.
#[derive(Default)]
pub struct Changes<'a> {
    /// Forms whose group is removed.
    pub ungrouped: HashSet<ObjectIdentifier>,
    /// Complete objects.
    pub replaced: HashMap<ObjectIdentifier, String>,
    /// Fonts by content, because they may be direct objects.
    pub font: Option<fn(&Dict<'a>) -> Option<String>>,
}

pub struct Writer<'a, 'c> {
    xref: &'a XRef,
    changes: &'c Changes<'a>,
    numbers: HashMap<ObjectIdentifier, usize>,
    waiting: Vec<(usize, ObjectIdentifier)>,
    /// By number, from 1.
    objects: Vec<Vec<u8>>,
    size: usize,
}

impl<'a, 'c> Writer<'a, 'c> {
    /// `reserved` is the number of objects, from 1 on, that the caller writes with `put`.
    pub fn new(xref: &'a XRef, changes: &'c Changes<'a>, reserved: usize) -> Self {
        Self {
            xref,
            changes,
            numbers: HashMap::new(),
            waiting: Vec::new(),
            objects: vec![b"null".to_vec(); reserved],
            size: 0,
        }
    }

    /// The new number of an object of the document.
    pub fn number(&mut self, id: ObjectIdentifier) -> usize {
        if let Some(number) = self.numbers.get(&id) {
            return *number;
        }
        let number = self.add(b"null".to_vec());
        self.numbers.insert(id, number);
        self.waiting.push((number, id));
        number
    }

    /// Adds an object, and returns its number.
    pub fn add(&mut self, object: Vec<u8>) -> usize {
        self.size += object.len();
        self.objects.push(object);
        self.objects.len()
    }

    pub fn add_stream(&mut self, entries: &str, content: &[u8]) -> usize {
        let mut object =
            format!("<< {entries} /Length {} >>\nstream\n", content.len()).into_bytes();
        object.extend_from_slice(content);
        object.extend_from_slice(b"\nendstream");
        self.add(object)
    }

    pub fn put(&mut self, number: usize, object: Vec<u8>) {
        if let Some(place) = self.objects.get_mut(number - 1) {
            self.size += object.len();
            *place = object;
        }
    }

    /// A dictionary as it is written, with what it leads to.
    pub fn dict(&mut self, dict: &Dict<'a>) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_dict(&mut out, dict, &[]);
        out
    }

    /// The whole file. None when it gets too large.
    pub fn bytes(mut self) -> Option<Vec<u8>> {
        while let Some((number, id)) = self.waiting.pop() {
            let mut out = Vec::new();
            if let Some(replacement) = self.changes.replaced.get(&id) {
                out.extend_from_slice(replacement.as_bytes());
            } else if let Some(object) = self.xref.get::<Object<'a>>(id) {
                self.write(&mut out, &object);
            } else {
                continue;
            }
            self.put(number, out);
            if self.objects.len() > MOST_OBJECTS || self.size > LARGEST {
                return None;
            }
        }
        let mut file = Vec::with_capacity(self.size + self.objects.len() * 48 + 256);
        file.extend_from_slice(b"%PDF-1.7\n");
        let mut table = String::from("0000000000 65535 f \n");
        for (object, number) in self.objects.iter().zip(1..) {
            table.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            file.extend_from_slice(object);
            file.extend_from_slice(b"\nendobj\n");
        }
        let (start, size) = (file.len(), self.objects.len() + 1);
        file.extend_from_slice(
            format!(
                "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
            )
            .as_bytes(),
        );
        Some(file)
    }

    fn write(&mut self, out: &mut Vec<u8>, object: &Object<'a>) {
        match object {
            Object::Null(_) => out.extend_from_slice(b"null"),
            Object::Boolean(value) => out.extend_from_slice(value.to_string().as_bytes()),
            // Without an exponent, which PDF does not know.
            Object::Number(number) => {
                out.extend_from_slice(number.as_f64().to_string().as_bytes());
            }
            Object::String(string) => hex(out, string.as_bytes()),
            Object::Name(written) => name(out, written.as_ref()),
            Object::Array(array) => self.write_array(out, array),
            Object::Dict(dict) => self.write_dict(out, dict, &[]),
            Object::Stream(stream) => self.write_stream(out, stream),
        }
    }

    fn write_maybe(&mut self, out: &mut Vec<u8>, value: &MaybeRef<Object<'a>>) {
        match value {
            MaybeRef::Ref(id) => {
                let number = self.number((*id).into());
                out.extend_from_slice(format!("{number} 0 R").as_bytes());
            }
            MaybeRef::NotRef(object) => self.write(out, object),
        }
    }

    fn write_array(&mut self, out: &mut Vec<u8>, array: &Array<'a>) {
        out.push(b'[');
        for value in array.raw_iter() {
            self.write_maybe(out, &value);
            out.push(b' ');
        }
        out.push(b']');
    }

    fn write_dict(&mut self, out: &mut Vec<u8>, dict: &Dict<'a>, without: &[&[u8]]) {
        if let Some(font) = self.changes.font.and_then(|font| font(dict)) {
            out.extend_from_slice(font.as_bytes());
            return;
        }
        out.extend_from_slice(b"<<");
        for (key, value) in dict.entries() {
            if UNUSED.contains(&key.as_ref()) || without.contains(&key.as_ref()) {
                continue;
            }
            out.push(b' ');
            name(out, key.as_ref());
            out.push(b' ');
            self.write_maybe(out, &value);
        }
        out.extend_from_slice(b" >>");
    }

    fn write_stream(&mut self, out: &mut Vec<u8>, stream: &Stream<'a>) {
        let data = stream.raw_data();
        let mut without: Vec<&[u8]> = vec![b"Length"];
        if self.changes.ungrouped.contains(&stream.obj_id()) {
            without.push(b"Group");
        }
        self.write_dict(out, stream.dict(), &without);
        out.truncate(out.len().saturating_sub(2));
        out.extend_from_slice(format!("/Length {} >>\nstream\n", data.len()).as_bytes());
        out.extend_from_slice(&data);
        out.extend_from_slice(b"\nendstream");
    }
}

fn name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for byte in name {
        if byte.is_ascii_alphanumeric() || b"_-+.,*'@$&!:;?\"=^|~`\\".contains(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'<');
    for byte in bytes {
        // Writing to a vector does not fail.
        let _ = write!(out, "{byte:02X}");
    }
    out.push(b'>');
}
