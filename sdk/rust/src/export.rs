//! The one line that makes a component of a connector.

/// Exports a connector: `export!(Hello);`, or `export!(Hello with session);` where it
/// implements [`Session`](crate::Session) as well.
///
/// Built natively, it checks no more than that the traits are there.
#[macro_export]
macro_rules! export {
    ($connector:ident) => {
        const _: () = {
            const fn implements_connector<T: $crate::Connector>() {}
            implements_connector::<$connector>();
        };

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            #[allow(dead_code, reason = "named by the generated exports")]
            type Exported = $crate::guest::Guest<$connector>;
    $crate::guest::export_connector!(Exported with_types_in $crate::guest::bindings);
        };
    };
    ($connector:ident with session) => {
        $crate::export!($connector);

        const _: () = {
            const fn implements_session<T: $crate::Session>() {}
            implements_session::<$connector>();
        };

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            #[allow(dead_code, reason = "named by the generated exports")]
            type Exported = $crate::guest::Guest<$connector>;
    $crate::guest::export_session!(Exported with_types_in $crate::guest::session);
        };
    };
}
