//! What a search must survive.
