//! Connectors in every language that there is an SDK for, built with that language's own tools.

mod clinic;
mod native;
mod readme;
mod swap;
mod tree;
mod variants;
mod words;
