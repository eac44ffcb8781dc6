//! Rows for `copy … from stdin (format binary)`.
//!
//! Postgres takes them so for about half of what it takes them for by `insert … select from unnest`: it has no arrays to take
//! apart, looks for nothing that might be there, and logs the rows of a page together. None of them may be there already.

use sqlx::{
    Encode, PgConnection, Postgres,
    encode::IsNull,
    error::{BoxDynError, DatabaseError},
    postgres::PgArgumentBuffer,
};

/// What the format begins with: its name, no flags, nothing more of a header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What stands after the last row, where the next one would have its number of columns.
const TRAILER: i16 = -1;
/// What stands in place of a value's length.
const NULL: i32 = -1;

/// Rows in the order in which they were added.
#[derive(Debug, Default)]
pub struct Rows {
    bytes: PgArgumentBuffer,
    count: usize,
    /// The first value that can't be sent.
    failure: Option<BoxDynError>,
}

/// A row that columns are added to.
#[derive(Debug)]
pub struct Row<'r> {
    rows: &'r mut Rows,
    /// Where the number of its columns stands.
    begins_at: usize,
    columns: i16,
}

impl Rows {
    /// Adds a row, which has no columns yet.
    pub fn row(&mut self) -> Row<'_> {
        if self.count == 0 {
            self.bytes.extend_from_slice(HEADER);
        }
        self.count += 1;
        let begins_at = self.bytes.len();
        self.bytes.extend_from_slice(&0_i16.to_be_bytes());
        Row { rows: self, begins_at, columns: 0 }
    }

    /// Has a `copy` statement write them. It names the columns in the order in which each row has them, and they have the
    /// very types that the values are sent as: nothing is cast.
    pub async fn copy(mut self, connection: &mut PgConnection, statement: &str) -> sqlx::Result<()> {
        if let Some(failure) = self.failure {
            return Err(sqlx::Error::Encode(failure));
        }
        if self.count == 0 {
            return Ok(());
        }
        self.bytes.extend_from_slice(&TRAILER.to_be_bytes());
        let mut copying = connection.copy_in_raw(statement).await?;
        copying.send(self.bytes.as_slice()).await?;
        copying.finish().await?;
        Ok(())
    }
}

impl Row<'_> {
    /// Adds a column.
    pub fn column<'q>(&mut self, value: impl Encode<'q, Postgres>) -> &mut Self {
        if let Err(failure) = append(&mut self.rows.bytes, value) {
            self.rows.failure.get_or_insert(failure);
        }
        self.columns += 1;
        self.rows.bytes[self.begins_at..][..size_of::<i16>()].copy_from_slice(&self.columns.to_be_bytes());
        self
    }
}

/// Appends a value after its length in bytes.
fn append<'q>(bytes: &mut PgArgumentBuffer, value: impl Encode<'q, Postgres>) -> Result<(), BoxDynError> {
    let length_at = bytes.len();
    bytes.extend_from_slice(&NULL.to_be_bytes());
    if let IsNull::No = value.encode(bytes)? {
        let length = i32::try_from(bytes.len() - length_at - size_of::<i32>())?;
        bytes[length_at..][..size_of::<i32>()].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

/// Whether rows could not be written because one of them is there already.
pub fn is_there_already(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(DatabaseError::is_unique_violation)
}
