//! What has to hold for whatever bytes a shop or a queue brings: no reader panics, and whatever is read is sound.
//!
//! The targets look for bytes for which it does not hold, guided by what code they reach. The collector's test `any_bytes`
//! compiles these same modules, and tries some thousand documents that are nearly right with every change of the project.

pub mod event;
mod listing;
pub mod mangle;
pub mod shop;

/// Changes the bytes in `data`, of which the first `size` are given and `most` may be there at the end: one time in two as
/// `bytewise` does, else as a document. Gives the number of bytes that are there then.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    most: usize,
    seed: u32,
    bytewise: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    if seed.is_multiple_of(2) {
        return bytewise(data, size, most);
    }
    let mangled = mangle::Mangler::new(seed).mangle(&data[..size]);
    let size = mangled.len().min(most).min(data.len());
    data[..size].copy_from_slice(&mangled[..size]);
    size
}
