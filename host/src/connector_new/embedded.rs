//! The SDKs and their hello connectors, within the program.

use std::borrow::Cow;

use rust_embed::Embed;

/// What a folder of `sdk/` has that belongs to its source. Named by what it is, and not by what
/// it isn't, so that no leftover of any tool gets in; what tools leave in forms of source lies in
/// folders of their own.
#[derive(Embed)]
#[folder = "../sdk"]
#[include = "*.rs"]
#[include = "*.py"]
#[include = "*.pyi"]
#[include = "*/py.typed"]
#[include = "*.ts"]
#[include = "*.js"]
#[include = "*.mjs"]
#[include = "*.go"]
#[include = "*/go.mod"]
#[include = "*.c"]
#[include = "*.h"]
#[include = "*.hpp"]
#[include = "*.cpp"]
#[include = "*.wat"]
#[include = "*.wit"]
#[include = "*.json"]
#[include = "*.toml"]
#[include = "*.md"]
#[include = "*/.gitignore"]
#[include = "*/compile_flags.txt"]
#[include = "*/.clang-format"]
#[include = "*/LICENSE"]
#[include = "*/Makefile"]
#[exclude = "*/node_modules/*"]
#[exclude = "*/target/*"]
#[exclude = "*/build/*"]
#[exclude = "*/dist/*"]
#[exclude = "*/vendor/*"]
#[exclude = "*/__pycache__/*"]
#[exclude = "*/.*/*"]
#[exclude = "*.egg-info/*"]
struct Sdks;

/// Everything below a folder of `sdk/`, by its path from there, in order.
pub(super) fn below(folder: &str) -> Vec<(String, Cow<'static, [u8]>)> {
    let paths = Sdks::iter();
    let paths = paths.filter_map(|path| {
        let within = path.strip_prefix(folder)?.strip_prefix('/')?;
        Some((within.to_owned(), Sdks::get(&path)?.data))
    });
    let mut files: Vec<_> = paths.collect();
    files.sort();
    files
}
