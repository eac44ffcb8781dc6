//! What the collector is made of, as one number, and migrations.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
};

fn main() -> io::Result<()> {
    // A migration that is new must be built in, though no Rust file has changed.
    println!("cargo:rerun-if-changed=../sql/collector/migrations");
    // Whatever can change how a shop's words are read makes other rules.
    let mut digest = DefaultHasher::new();
    for path in ["src", "../events/src", "../Cargo.lock"] {
        println!("cargo:rerun-if-changed={path}");
        add(Path::new(path), &mut digest)?;
    }
    println!("cargo:rustc-env=RULES={:016x}", digest.finish());
    Ok(())
}

/// Adds a file, or all that a folder holds.
fn add(path: &Path, digest: &mut DefaultHasher) -> io::Result<()> {
    path.hash(digest);
    if !path.is_dir() {
        fs::read(path)?.hash(digest);
        return Ok(());
    }
    let mut within = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    within.sort();
    within.iter().try_for_each(|path| add(path, digest))
}
