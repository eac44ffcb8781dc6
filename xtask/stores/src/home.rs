//! The data folder: who holds it, and what was left in it.
//!
//! A folder belongs to one process at a time, by a lock which the kernel takes back however that process ends.
//! So whatever store still runs in a folder that could be locked was left behind, and is ended before anything
//! starts. Processes are recognised by their program and their working folder, never by a process id that was
//! written down: that could be another's by now.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, getuid, kill_process};

use crate::{Error, ending::has_ended, error::Doing};

/// The programs that stores consist of; nothing else is ever ended.
const PROGRAMS: [&str; 7] =
    ["postgres", "redis-server", "redis-check-rdb", "beam.smp", "epmd", "erl_child_setup", "inet_gethost"];
/// How many test runs can be under way on one machine.
const TEST_FOLDERS: u32 = 200;
/// How long a killed process may take to be gone.
const LEFTOVER_PATIENCE: Duration = Duration::from_secs(10);

/// A data folder that this process holds until it is dropped.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    temporary: bool,
    // Unlocked when it is closed.
    _lock: File,
}

impl Home {
    /// Takes a folder, makes it if need be, and ends what an earlier holder left running in it.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process holds it.
    pub fn claim(path: &Path) -> Result<Self, Error> {
        make_folder(path)?;
        let path = path.canonicalize().doing(|| format!("looking at {}", path.display()))?;
        let lock_path = path.join("lock");
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&lock_path)
            .doing(|| format!("opening {}", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = lock.read_to_string(&mut holder);
                let holder = if holder.is_empty() { "?".to_owned() } else { holder };
                return Err(Error::InUse { path, holder });
            }
            Err(TryLockError::Error(source)) => {
                return Err(Error::Io { doing: format!("locking {}", lock_path.display()), source });
            }
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| write!(lock, "{}", std::process::id()))
            .doing(|| format!("writing {}", lock_path.display()))?;
        end_leftovers(&path)?;
        Ok(Self { path, temporary: false, _lock: lock })
    }

    /// Takes an empty folder that is removed when it is dropped. What killed test runs left is reused, so that
    /// nothing piles up.
    ///
    /// # Errors
    /// The machine's folder for temporary files can't be written, or hundreds of test runs are under way.
    pub fn temporary() -> Result<Self, Error> {
        let base = std::env::temp_dir().join(format!("video-cards-tests-{}", getuid().as_raw()));
        for number in 0..TEST_FOLDERS {
            match Self::claim(&base.join(number.to_string())) {
                Ok(mut home) => {
                    home.clear()?;
                    home.temporary = true;
                    return Ok(home);
                }
                Err(Error::InUse { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::InUse { path: base, holder: "?".to_owned() })
    }

    /// Where it is, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder for one store, made if need be.
    ///
    /// # Errors
    /// It can't be made.
    pub fn folder(&self, store: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(store);
        make_folder(&path)?;
        Ok(path)
    }

    /// Removes everything but the lock, whose file must stay the one that others try.
    fn clear(&self) -> Result<(), Error> {
        let doing = || format!("emptying {}", self.path.display());
        for entry in fs::read_dir(&self.path).doing(doing)? {
            let entry = entry.doing(doing)?;
            if entry.file_name() == OsStr::new("lock") {
                continue;
            }
            if entry.file_type().doing(doing)?.is_dir() {
                fs::remove_dir_all(entry.path()).doing(doing)?;
            } else {
                fs::remove_file(entry.path()).doing(doing)?;
            }
        }
        Ok(())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.temporary {
            let _ = self.clear();
        }
    }
}

/// Makes a folder that others may pass through (Postgres can run as another user) but not list.
pub(crate) fn make_folder(path: &Path) -> Result<(), Error> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o711)
        .create(path)
        .doing(|| format!("creating the folder {}", path.display()))
}

/// Ends every store process whose working folder is below `folder`, and waits until they are gone.
pub(crate) fn end_leftovers(folder: &Path) -> Result<(), Error> {
    let deadline = Instant::now() + LEFTOVER_PATIENCE;
    loop {
        let left = leftovers(folder);
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(Error::Refused {
                doing: format!("ending what an earlier run left running in {}", folder.display()),
                answer: format!("the processes {left:?} would not end"),
            });
        }
        let left: Vec<Pid> = left.into_iter().filter_map(Pid::from_raw).collect();
        for id in &left {
            let _ = kill_process(*id, Signal::KILL);
        }
        for id in left {
            let patience = deadline.saturating_duration_since(Instant::now());
            has_ended(id, patience).doing(|| format!("waiting for process {id} to end"))?;
        }
    }
}

fn leftovers(folder: &Path) -> Vec<i32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let program = fs::read_link(entry.path().join("exe")).ok()?;
            let working_folder = fs::read_link(entry.path().join("cwd")).ok()?;
            is_leftover(folder, &program, &working_folder).then_some(id)
        })
        .collect()
}

/// A store's program that works below the folder. After an upgrade of its package the kernel calls the program
/// of a running process `… (deleted)`.
fn is_leftover(folder: &Path, program: &Path, working_folder: &Path) -> bool {
    let name = program.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let name = name.strip_suffix(" (deleted)").unwrap_or(name);
    PROGRAMS.contains(&name) && working_folder.starts_with(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_holder_at_a_time() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("a/b");
        let home = Home::claim(&path).unwrap();
        let error = Home::claim(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("started by process {}", std::process::id())), "{error}");
        drop(home);
        Home::claim(&path).unwrap();
    }

    #[test]
    fn only_store_programs_in_the_very_folder_are_leftovers() {
        let cases = [
            ("/usr/lib/postgresql/15/bin/postgres", "/p/.data/postgres/data", true),
            ("/usr/lib/postgresql/15/bin/postgres (deleted)", "/p/.data/postgres/data", true),
            ("/usr/lib/erlang/erts-13/bin/beam.smp", "/p/.data/rabbitmq", true),
            ("/usr/bin/redis-server", "/p/.data", true),
            ("/usr/bin/redis-server", "/p/.data-100/redis", false),
            ("/usr/bin/redis-server", "/var/lib/redis", false),
            ("/usr/bin/bash", "/p/.data/redis", false),
            ("/usr/bin/psql", "/p/.data/postgres", false),
        ];
        for (program, working_folder, expected) in cases {
            let found = is_leftover(Path::new("/p/.data"), Path::new(program), Path::new(working_folder));
            assert_eq!(found, expected, "{program} in {working_folder}");
        }
    }
}
