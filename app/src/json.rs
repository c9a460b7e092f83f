//! Reads JSON in the browser. `JSON.parse` parses it; serde's derived code takes it from there.
//!
//! serde_json would add 25 KiB of compressed WASM, measured: a parser, error messages that nobody reads,
//! the printing of floating-point numbers for these, and code that reads each struct from a list.
//! serde-wasm-bindgen, which also reads what `JSON.parse` makes, would add 16 KiB.

use js_sys::{Array, JSON, Object};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor, value::StrDeserializer,
};
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};

/// `None` for text that is not JSON or not a `T`.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value = JSON::parse(text).ok()?;
    T::deserialize(Value(value)).ok()
}

struct Value(JsValue);

/// Has no message: a reader can only give up.
#[derive(Debug)]
struct Unreadable;

type Result<T> = std::result::Result<T, Unreadable>;

impl Value {
    /// JavaScript's numbers are exact up to 2^53; all of ours are below.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "the result is compared with the number"
    )]
    fn integer(&self) -> Result<u64> {
        let number = self.0.as_f64().ok_or(Unreadable)?;
        let integer = number as u64;
        if integer as f64 == number {
            Ok(integer)
        } else {
            Err(Unreadable)
        }
    }

    fn string(&self) -> Result<String> {
        self.0.as_string().ok_or(Unreadable)
    }
}

/// Methods for integers. The visitor checks the range of its type.
macro_rules! integers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.visit_u64(self.integer()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Value {
    type Error = Unreadable;

    integers! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.0.as_bool().ok_or(Unreadable)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if !Array::is_array(&self.0) {
            return Err(Unreadable);
        }
        visitor.visit_seq(Elements {
            array: self.0.into(),
            index: 0,
        })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let object = self.0.dyn_ref::<Object>().ok_or(Unreadable)?;
        visitor.visit_map(Entries {
            entries: Object::entries(object),
            index: 0,
            value: JsValue::NULL,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    /// The name of a property.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    /// The value of a property that is no field of the struct.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    /// Only variants without data.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let name = self.string()?;
        let name: StrDeserializer<'_, Unreadable> = name.as_str().into_deserializer();
        visitor.visit_enum(name)
    }

    /// Never called: none of our types asks for this.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
        Err(Unreadable)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct
    }
}

struct Elements {
    array: Array,
    index: u32,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.index >= self.array.length() {
            return Ok(None);
        }
        let element = self.array.get(self.index);
        self.index += 1;
        seed.deserialize(Value(element)).map(Some)
    }
}

/// The properties of an object.
struct Entries {
    /// Pairs of name and value.
    entries: Array,
    index: u32,
    /// The value of the property whose name was read last.
    value: JsValue,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.index >= self.entries.length() {
            return Ok(None);
        }
        let entry: Array = self.entries.get(self.index).unchecked_into();
        self.index += 1;
        self.value = entry.get(1);
        seed.deserialize(Value(entry.get(0))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        seed.deserialize(Value(self.value.clone()))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Unreadable {}

// serde's own versions of these methods format a message. Overriding them keeps formatting code out of
// the WASM.
impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}
