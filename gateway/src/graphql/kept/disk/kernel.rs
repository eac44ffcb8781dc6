//! What the kernel is told, and asked, of a file beyond reading and writing it.

#[cfg(target_os = "linux")]
use std::io;
use std::{fs::File, num::NonZeroU64};

#[cfg(target_os = "linux")]
use rustix::io::{ReadWriteFlags, preadv2};

use super::runs::Run;

/// What of the rows beside some is of use is asked for with them (see [`runs`]).
pub(super) fn read_no_more_than_asked(file: &File) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::Random) {
        // More is read than is of use, and that is all.
        tracing::debug!(%error, "the disk can't be told how it is read");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Lets the disk begin with a row that is read later: with many of them at once it is ten times as quick as with one
/// after the other.
pub(super) fn ask_ahead(file: &File, run: &Run<'_>) {
    #[cfg(target_os = "linux")]
    if let Err(error) =
        rustix::fs::fadvise(file, run.at, NonZeroU64::new(run.bytes as u64), rustix::fs::Advice::WillNeed)
    {
        tracing::debug!(%error, "the disk can't be told what is read next");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, run);
}

/// Whether the file system of an empty file can say of what the kernel has in memory that it has.
#[cfg(target_os = "linux")]
pub(super) fn tells_what_is_in_memory(file: &File) -> bool {
    preadv2(file, &mut [io::IoSliceMut::new(&mut [0])], 0, ReadWriteFlags::NOWAIT).is_ok()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn tells_what_is_in_memory(_: &File) -> bool {
    false
}

/// Reads what the kernel has in memory; false: it hasn't, or can't tell.
#[cfg(target_os = "linux")]
pub(super) fn read_from_memory(file: &File, bytes: &mut [u8], at: u64) -> bool {
    let length = bytes.len();
    let read = preadv2(file, &mut [io::IoSliceMut::new(bytes)], at, ReadWriteFlags::NOWAIT);
    read == Ok(length)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn read_from_memory(_: &File, _: &mut [u8], _: u64) -> bool {
    false
}
