//! What goes wrong in a query: what the client reads, with a stable code, apart from what the log gets.
//!
//! Resolvers return [`ApiError`]. A store's error becomes one by being logged; its words never reach a client.

use async_graphql::{Error, ErrorExtensions};

/// The code of an error for want of a store.
pub(crate) const UNAVAILABLE: &str = "UNAVAILABLE";
/// What a client reads of it.
pub(crate) const UNAVAILABLE_MESSAGE: &str =
    "The catalogue can't be read at the moment. Try again in a few seconds.";

/// By which tools know an error that is up to whoever asks, whatever its code: graphql-java's word for it.
const UP_TO_THE_CLIENT: &str = "ValidationError";

/// The code of the error that a subscriber did not keep up.
pub(crate) const LAGGED: &str = "SUBSCRIBER_LAGGED";
/// What a client reads of it.
pub(crate) const LAGGED_MESSAGE: &str =
    "Changes came faster than they were read. Subscribe again with `after`, and read what was missed.";

/// An error that a client reads. On purpose without `Display`, so that nothing turns it, or another error in
/// its stead, into a client's text by accident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// An argument can't be used. `code` says in which way, `message` names it and says what would do.
    Argument {
        /// Stable, for programs.
        code: &'static str,
        /// For people.
        message: String,
    },
    /// A store that the answer needs is away.
    Unavailable,
    /// A subscriber did not keep up.
    Lagged,
}

impl ApiError {
    pub(crate) fn bad_cursor(argument: &str, problem: &str) -> Self {
        Self::argument(
            "BAD_CURSOR",
            format!(
                "`{argument}` is not a cursor of this list: {problem}. Take `endCursor` or `startCursor` of a page \
                 with the same `sort`."
            ),
        )
    }

    pub(crate) fn bad_change_cursor(problem: &str) -> Self {
        let message = format!("`after` is not a cursor of changes: {problem}. Take `cursor` of a change.");
        Self::argument("BAD_CURSOR", message)
    }

    pub(crate) fn cursor_too_old() -> Self {
        Self::argument(
            "CURSOR_TOO_OLD",
            "`after` is the cursor of a change that is not kept any more, nor are all that came after it. Read the cards \
             anew and subscribe without `after`.",
        )
    }

    pub(crate) fn bad_page_size(message: impl Into<String>) -> Self {
        Self::argument("BAD_PAGE_SIZE", message)
    }

    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::argument("BAD_USER_INPUT", message)
    }

    fn argument(code: &'static str, message: impl Into<String>) -> Self {
        Self::Argument { code, message: message.into() }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Argument { code, .. } => code,
            Self::Unavailable => UNAVAILABLE,
            Self::Lagged => LAGGED,
        }
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        let code = error.code();
        let classification = matches!(error, ApiError::Argument { .. }).then_some(UP_TO_THE_CLIENT);
        let message = match error {
            ApiError::Argument { message, .. } => message,
            ApiError::Unavailable => UNAVAILABLE_MESSAGE.to_owned(),
            ApiError::Lagged => LAGGED_MESSAGE.to_owned(),
        };
        Self::new(message).extend_with(|_, extensions| {
            extensions.set("code", code);
            if let Some(classification) = classification {
                extensions.set("classification", classification);
            }
        })
    }
}

/// A query to the database failed; the log has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoreFailed;

impl From<StoreFailed> for ApiError {
    fn from(_: StoreFailed) -> Self {
        Self::Unavailable
    }
}
