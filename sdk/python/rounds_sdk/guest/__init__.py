"""The WebAssembly side: what `rounds connector build` makes a component of. Nothing to import."""
