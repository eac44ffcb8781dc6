//! A migration that is new must be built in, though no Rust file has changed.

fn main() {
    println!("cargo:rerun-if-changed=../sql/collector/migrations");
}
