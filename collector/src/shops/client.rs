//! The HTTP client that all shops share.
//!
//! A shop can answer anything, slowly, and for ever: every request has limits on time and size. Requests go to
//! the configured origin and nowhere else: redirects are not followed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{
    Response, StatusCode,
    header::{DATE, ETAG, HeaderMap, IF_NONE_MATCH, RETRY_AFTER},
    redirect::Policy,
};

use service::traces;

use super::{Foreign, Request};

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(2);
/// How long a shop may be silent within an answer.
const IDLE: Duration = Duration::from_secs(5);
/// How long an answer may take in all.
const WHOLE: Duration = Duration::from_secs(30);
/// How large an answer may be once unpacked: a hundred times what a page has.
const LARGEST_BODY_BYTES: usize = 16 * 1024 * 1024;
/// A longer tag is not kept.
const LONGEST_ETAG_BYTES: usize = 256;
/// The longest that a shop can make us wait.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// A sound answer, and when the shop gave it.
#[derive(Debug)]
pub struct Answer {
    /// By the shop's clock; `None` if it doesn't tell.
    pub date: Option<DateTime<Utc>>,
    /// What it holds.
    pub content: Content,
}

/// What a sound answer holds.
#[derive(Debug)]
pub enum Content {
    /// A body, and the shop's tag of it.
    Body {
        /// Unpacked.
        bytes: Vec<u8>,
        /// To ask next time whether it has changed.
        etag: Option<String>,
    },
    /// The page is as it was when it had the tag.
    Unchanged,
}

/// Why a shop did not answer soundly.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The shop asks to be left alone for a time.
    #[error("the shop asks for a pause (status {status})")]
    Busy {
        /// Its answer.
        status: StatusCode,
        /// For how long; `None` if it doesn't say.
        retry_after: Option<Duration>,
    },
    /// The shop fails: it may do better soon.
    #[error("{0}")]
    Sick(String),
    /// The body is no page.
    #[error("{reason}")]
    Foreign {
        /// Why not.
        reason: Foreign,
        /// What came of it.
        bytes: Vec<u8>,
    },
    /// The shop doesn't know the position any more.
    #[error("the shop no longer knows where the crawl is")]
    PositionForgotten,
    /// The shop refuses us.
    #[error("the shop refuses the key (status {0})")]
    Unauthorized(StatusCode),
    /// The shop refuses the request; asking again would not help.
    #[error("the shop refuses the request (status {0})")]
    Refused(StatusCode),
}

/// The client.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
}

impl Client {
    /// A client. A TLS provider must have been installed for the process.
    pub fn new() -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("collector/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .read_timeout(IDLE)
            .timeout(WHOLE)
            .gzip(true)
            .build()?;
        Ok(Self { http })
    }

    /// Asks once. With a tag the shop may answer that nothing has changed.
    pub async fn ask(
        &self,
        request: &Request,
        etag: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Answer, AskError> {
        let mut builder = self.http.get(request.url.clone());
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(traceparent) = traces::current() {
            builder = builder.header(traces::HEADER, traceparent);
        }
        if let Some(etag) = etag {
            builder = builder.header(IF_NONE_MATCH, etag);
        }
        let response = builder.send().await.map_err(sick)?;
        let status = response.status();
        let date = date(response.headers());
        match status {
            StatusCode::OK => {
                let etag =
                    response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
                let etag = etag.filter(|etag| etag.len() <= LONGEST_ETAG_BYTES);
                Ok(Answer { date, content: Content::Body { bytes: body(response).await?, etag } })
            }
            StatusCode::NOT_MODIFIED if etag.is_some() => Ok(Answer { date, content: Content::Unchanged }),
            StatusCode::TOO_MANY_REQUESTS => {
                Err(AskError::Busy { status, retry_after: retry_after(response.headers(), now) })
            }
            StatusCode::SERVICE_UNAVAILABLE if response.headers().contains_key(RETRY_AFTER) => {
                Err(AskError::Busy { status, retry_after: retry_after(response.headers(), now) })
            }
            StatusCode::GONE => Err(AskError::PositionForgotten),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(AskError::Unauthorized(status)),
            StatusCode::REQUEST_TIMEOUT => Err(AskError::Sick(format!("the shop fails (status {status})"))),
            _ if status.is_server_error() => Err(AskError::Sick(format!("the shop fails (status {status})"))),
            _ => Err(AskError::Refused(status)),
        }
    }
}

/// The unpacked body, counted while it comes in.
async fn body(mut response: Response) -> Result<Vec<u8>, AskError> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > LARGEST_BODY_BYTES => {
                return Err(AskError::Foreign { reason: Foreign::TooLarge, bytes });
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) if error.is_timeout() => return Err(sick(error)),
            Err(_) => return Err(AskError::Foreign { reason: Foreign::BrokenOff, bytes }),
        }
    }
}

/// What is wrong, without the address: that is no news, and a key could be part of it.
fn sick(error: reqwest::Error) -> AskError {
    let what = if error.is_timeout() {
        "the shop takes too long"
    } else if error.is_connect() {
        "the shop can't be reached"
    } else {
        "the shop breaks off"
    };
    tracing::debug!(error = &error.without_url() as &dyn std::error::Error, "{what}");
    AskError::Sick(what.to_owned())
}

/// When an answer was given.
fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let date = DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?.trim()).ok()?;
    Some(date.to_utc())
}

/// Seconds or a date, in bounds.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now).to_std().unwrap_or_default(),
    };
    Some(wait.min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date_and_bounded() {
        let now = DateTime::parse_from_rfc3339("2026-11-20T10:12:00Z").unwrap().to_utc();
        for (text, expected) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("999999999999", Some(3_600)),
            ("Fri, 20 Nov 2026 10:12:30 GMT", Some(30)),
            ("Fri, 20 Nov 2026 10:11:30 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{text:?}");
        }
    }
}
