//! Requests as wrk sends them, in a file.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Requests of one query: their bodies at hand, and a file of them for wrk. Dropped, it is removed.
#[derive(Debug)]
pub(crate) struct Requests {
    path: PathBuf,
    bodies: Vec<String>,
}

impl Drop for Requests {
    fn drop(&mut self) {
        // What stays goes with its folder.
        fs::remove_file(&self.path).ok();
    }
}

impl Requests {
    /// Writes them.
    pub(crate) fn write(path: &Path, bodies: Vec<String>) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        for body in &bodies {
            // A header that every client sends besides would cost all the same.
            write!(
                file,
                "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\naccept: \
                 application/json\r\ncontent-length: {}\r\n\r\n{body}\0",
                body.len()
            )?;
        }
        file.flush()?;
        Ok(Self { path: path.to_owned(), bodies })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The body of a request, counted round.
    pub(crate) fn body(&self, place: usize) -> &str {
        &self.bodies[place % self.bodies.len()]
    }
}
