//! Objects of Keepa: a struct with the names of its fields on the wire, read and written by them.

/// Declares an object. Each field is an option, since Keepa leaves fields out and sends `null` for them; what stands under other names is kept
/// in `extra` and written again.
macro_rules! wire_object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty = $wire:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)+
            /// What this version does not know, by its name on the wire.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::json::Decode for $name {
            fn decode(
                reader: &mut $crate::json::Reader<'_>,
            ) -> Result<Self, $crate::json::DecodeError> {
                let mut object = Self::default();
                reader.object(|reader, key| {
                    match key {
                        $($wire => {
                            object.$field = $crate::json::Decode::decode(reader)
                                .map_err(|error| error.in_field(key))?;
                        })+
                        _ => {
                            let value = reader.value().map_err(|error| error.in_field(key))?;
                            object.extra.insert($crate::json::name_of(key)?, value);
                        }
                    }
                    Ok(())
                })?;
                Ok(object)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                use $crate::json::Absent as _;
                let mut map = serializer.serialize_map(None)?;
                $(if !self.$field.is_absent() {
                    let name = std::str::from_utf8($wire).unwrap_or_default();
                    map.serialize_entry(name, &self.$field)?;
                })+
                for (name, value) in &self.extra {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            /// The same as the crate's own reader, which is faster, from any format of serde.
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[expect(non_camel_case_types, reason = "the names of fields")]
                enum Key {
                    $($field,)+
                    Other(String),
                }

                struct KeyVisitor;

                impl serde::de::Visitor<'_> for KeyVisitor {
                    type Value = Key;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("the name of a field")
                    }

                    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key, E> {
                        Ok(match name.as_bytes() {
                            $($wire => Key::$field,)+
                            _ => Key::Other(name.to_owned()),
                        })
                    }
                }

                impl<'de> serde::de::Deserialize<'de> for Key {
                    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                        d.deserialize_identifier(KeyVisitor)
                    }
                }

                struct ObjectVisitor;

                impl<'de> serde::de::Visitor<'de> for ObjectVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<$name, A::Error> {
                        let mut object = $name::default();
                        while let Some(key) = map.next_key()? {
                            match key {
                                $(Key::$field => object.$field = map.next_value()?,)+
                                Key::Other(name) => {
                                    object.extra.insert(name, map.next_value()?);
                                }
                            }
                        }
                        Ok(object)
                    }
                }

                deserializer.deserialize_map(ObjectVisitor)
            }
        }
    };
}

pub(crate) use wire_object;
