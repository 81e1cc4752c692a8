/// Declares settings that come in layers: all optional (or lists), and `or` takes what the first layer is silent about
/// from the next.
macro_rules! layered {
    (
        $(#[$meta:meta])*
        pub(crate) struct $name:ident {
            $( $(#[$field_meta:meta])* pub(crate) $field:ident: Option<$kind:ty>, )*
            $( ; $( $(#[$list_meta:meta])* pub(crate) $list:ident: Vec<$item:ty>, )* )?
        }
    ) => {
        #[derive(Debug, Clone, Default, clap::Args, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        $(#[$meta])*
        pub(crate) struct $name {
            $( $(#[$field_meta])* pub(crate) $field: Option<$kind>, )*
            $( $( $(#[$list_meta])* pub(crate) $list: Vec<$item>, )* )?
        }

        impl $name {
            /// These settings, with those of `next` where these are silent.
            pub(crate) fn or(self, next: Self) -> Self {
                Self {
                    $( $field: self.$field.or(next.$field), )*
                    $( $( $list: if self.$list.is_empty() { next.$list } else { self.$list }, )* )?
                }
            }
        }
    };
}

pub(crate) use layered;
