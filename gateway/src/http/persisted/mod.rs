//! Documents that clients name instead of sending them: trusted ones from a manifest, and automatic persisted
//! queries, which are kept when a client first sends one together with its hash.
//!
//! A hash is checked before a document is kept under it, and again when one comes from Redis: nobody can give
//! a document another one's name.

mod manifest;

use std::{fmt, sync::Arc};

use axum::http::StatusCode;
use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};
use sha2::Digest;

use self::manifest::Manifest;
pub use self::manifest::ManifestError;
use super::{
    asked::{Asked, PersistedQuery},
    documents::Documents,
    refusal::Refusal,
    settings::HttpSettings,
    storefront,
};
use crate::answers::Redis;

/// The most memory that automatically persisted documents take, in bytes.
const KEPT_BYTES: u64 = 8 * 1024 * 1024;
/// About how many there are in that memory.
const USUAL_COUNT: usize = 8 * 1024;
/// How long Redis keeps a document: a client that asks later sends it once more.
const KEPT_SECONDS: i64 = 7 * 24 * 3600;
/// What a document identifier by its hash begins with.
const SHA256_PREFIX: &str = "sha256:";

/// The hash of a document's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Sha256([u8; 32]);

impl Sha256 {
    fn of(text: &str) -> Self {
        Self(sha2::Sha256::digest(text.as_bytes()).into())
    }

    /// From 64 hexadecimal digits.
    fn parse(digits: &str) -> Option<Self> {
        let mut hash = [0; 32];
        if digits.len() != 2 * hash.len() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&digits[at..at + 2], 16).ok()?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// How many bytes a document takes.
#[derive(Clone, Debug)]
struct BytesOfText;

impl Weighter<Sha256, Arc<str>> for BytesOfText {
    fn weight(&self, _: &Sha256, text: &Arc<str>) -> u64 {
        (text.len() + 64) as u64
    }
}

/// The documents that can be asked for by name.
#[derive(Clone, Debug)]
pub struct Persisted {
    trusted: Manifest,
    trusted_only: bool,
    automatic: Arc<Cache<Sha256, Arc<str>, BytesOfText>>,
    redis: Option<Redis>,
}

impl Persisted {
    /// Reads the manifest of trusted documents, if there is one, and trusts those of the storefront if it is
    /// served. Where that is wanted, no other documents are answered.
    pub fn new(settings: &HttpSettings, redis: Option<Redis>) -> Result<Self, ManifestError> {
        let mut trusted = match &settings.trusted_documents {
            Some(path) => Manifest::load(path)?,
            None => Manifest::default(),
        };
        if let Some(documents) = settings.storefront.then(storefront::documents).flatten() {
            trusted = trusted.with(&Manifest::built_in(&documents)?)?;
        }
        let trusted_only = settings.trusted_documents_only;
        if trusted_only && trusted.is_empty() {
            return Err(ManifestError::Missing);
        }
        if !trusted.is_empty() {
            tracing::info!(documents = trusted.len(), only = trusted_only, "trusted documents are read");
        }
        let automatic = Arc::new(Cache::with_weighter(USUAL_COUNT, KEPT_BYTES, BytesOfText));
        Ok(Self { trusted, trusted_only, automatic, redis })
    }

    /// The text of the document that is asked for.
    pub(super) async fn text(&self, asked: &mut Asked, documents: &Documents) -> Result<Arc<str>, Refusal> {
        let persisted = asked.extensions.as_mut().and_then(|extensions| extensions.persisted_query.take());
        let text = asked.query.take();
        match (asked.document_id.take(), persisted) {
            (None, None) => self.by_text(text),
            (Some(_), _) if text.is_some() => {
                Err(Refusal::bad_request("Send either `query` or `documentId`, not both."))
            }
            (Some(id), _) => match (self.trusted.by_id(&id), id.strip_prefix(SHA256_PREFIX)) {
                (Some(text), _) => Ok(text.clone()),
                (None, Some(digits)) => self.by_hash(digits, None, documents).await,
                (None, None) => Err(self.not_found()),
            },
            (None, Some(PersistedQuery { version: 1, sha256_hash })) => {
                // Some clients send an empty text instead of none.
                let text = text.filter(|text| !text.is_empty());
                self.by_hash(&sha256_hash, text, documents).await
            }
            (None, Some(PersistedQuery { version, .. })) => Err(Refusal::document(
                "PERSISTED_QUERY_NOT_SUPPORTED",
                &format!("PersistedQueryNotSupported: version {version} is not known here, version 1 is."),
            )),
        }
    }

    fn by_text(&self, text: Option<String>) -> Result<Arc<str>, Refusal> {
        let Some(text) = text else {
            return Err(Refusal::bad_request(
                "There is no `query`: send one, or the `documentId` of a document that is known here.",
            ));
        };
        if !self.trusted_only {
            return Ok(text.into());
        }
        self.trusted.by_text(&text).cloned().ok_or_else(not_trusted)
    }

    /// `text` comes along where a client wants it kept.
    async fn by_hash(
        &self,
        digits: &str,
        text: Option<String>,
        documents: &Documents,
    ) -> Result<Arc<str>, Refusal> {
        if let Some(trusted) = self.trusted.by_id(digits)
            && text.as_deref().is_none_or(|text| text == &**trusted)
        {
            return Ok(trusted.clone());
        }
        if self.trusted_only {
            return Err(not_trusted());
        }
        let hash = Sha256::parse(digits);
        let Some(text) = text else {
            let Some(hash) = hash else { return Err(self.not_found()) };
            return self.find(hash).await.ok_or_else(|| self.not_found());
        };
        match hash {
            Some(hash) if hash == Sha256::of(&text) => {
                let text = text.into();
                // What can't be executed anyway isn't kept.
                documents.read(&text)?;
                self.keep(hash, &text);
                Ok(text)
            }
            _ => Err(Refusal::request(
                StatusCode::BAD_REQUEST,
                "PERSISTED_QUERY_HASH_MISMATCH",
                "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`, in hexadecimal digits.",
            )),
        }
    }

    async fn find(&self, hash: Sha256) -> Option<Arc<str>> {
        if let Some(text) = self.automatic.get(&hash) {
            return Some(text);
        }
        let bytes = self.redis.as_ref()?.read(name(hash)).await?;
        let text: Arc<str> = std::str::from_utf8(&bytes).ok()?.into();
        if Sha256::of(&text) != hash {
            tracing::warn!("Redis held something else under a document's hash: ignoring it");
            return None;
        }
        self.automatic.insert(hash, text.clone());
        Some(text)
    }

    fn keep(&self, hash: Sha256, text: &Arc<str>) {
        self.automatic.insert(hash, text.clone());
        if let Some(redis) = &self.redis {
            redis.write(name(hash), Bytes::copy_from_slice(text.as_bytes()), KEPT_SECONDS);
        }
    }

    /// Clients go by these words, or by the code, and send the document.
    fn not_found(&self) -> Refusal {
        if self.trusted_only {
            return not_trusted();
        }
        Refusal::document("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    }
}

fn not_trusted() -> Refusal {
    Refusal::document(
        "DOCUMENT_NOT_TRUSTED",
        "Only the documents of this gateway's manifest are answered, and this one is not among them.",
    )
}

fn name(hash: Sha256) -> String {
    format!("gateway:document:{hash}")
}
