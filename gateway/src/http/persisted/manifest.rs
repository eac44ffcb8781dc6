//! Trusted documents: a manifest of the operations that an application's build found in its sources.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use async_graphql::parser::parse_query;
use serde::Deserialize;
use serde_json::Value;

use super::Sha256;

/// A manifest can't be used. It reads as a sentence that says what to mend.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file can't be read.
    #[error("TRUSTED_DOCUMENTS={path} can't be read: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// It isn't a manifest.
    #[error(
        "TRUSTED_DOCUMENTS is no manifest of documents: {0}. It is a JSON object of identifiers and documents, as \
         Relay and graphql-codegen write it, or Apollo's persisted query manifest"
    )]
    NotAManifest(String),
    /// One of its documents isn't GraphQL.
    #[error("TRUSTED_DOCUMENTS has a document that is no GraphQL under {id:?}: {problem}")]
    BadDocument {
        /// Its identifier.
        id: String,
        /// Where and how.
        problem: String,
    },
    /// Only trusted documents are wanted, and there are none.
    #[error("TRUSTED_DOCUMENTS_ONLY needs TRUSTED_DOCUMENTS, the file of the documents that are trusted")]
    Missing,
    /// What was built in with the storefront isn't a manifest: the build went wrong.
    #[error("the documents of the storefront that are built in can't be used: {0}")]
    BuiltIn(Box<ManifestError>),
}

/// Apollo's form of a manifest.
#[derive(Debug, Deserialize)]
struct ApolloManifest {
    operations: Vec<ApolloOperation>,
}

#[derive(Debug, Deserialize)]
struct ApolloOperation {
    id: String,
    body: String,
}

/// The documents of a manifest.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    by_id: HashMap<String, Arc<str>>,
    by_hash: HashMap<Sha256, Arc<str>>,
    texts: HashSet<Arc<str>>,
}

impl Manifest {
    pub(super) fn load(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ManifestError::Unreadable { path: path.to_owned(), source })?;
        Self::read(&text)
    }

    /// Reads one that is built in.
    pub(super) fn built_in(bytes: &[u8]) -> Result<Self, ManifestError> {
        let wrong = |error: std::str::Utf8Error| ManifestError::NotAManifest(error.to_string());
        let read = std::str::from_utf8(bytes).map_err(wrong).and_then(Self::read);
        read.map_err(|error| ManifestError::BuiltIn(Box::new(error)))
    }

    fn read(text: &str) -> Result<Self, ManifestError> {
        let wrong = |error: serde_json::Error| ManifestError::NotAManifest(error.to_string());
        let value: Value = serde_json::from_str(text).map_err(wrong)?;
        let documents: Vec<(String, String)> = if value.get("operations").is_some_and(Value::is_array) {
            let manifest: ApolloManifest = serde_json::from_value(value).map_err(wrong)?;
            manifest.operations.into_iter().map(|operation| (operation.id, operation.body)).collect()
        } else {
            let documents: HashMap<String, String> = serde_json::from_value(value).map_err(wrong)?;
            documents.into_iter().collect()
        };
        let mut manifest = Self::default();
        for (id, text) in documents {
            if let Err(error) = parse_query(&text) {
                return Err(ManifestError::BadDocument { id, problem: error.to_string() });
            }
            manifest.add(&id, &text.into())?;
        }
        Ok(manifest)
    }

    fn add(&mut self, id: &str, text: &Arc<str>) -> Result<(), ManifestError> {
        self.by_hash.insert(Sha256::of(text), text.clone());
        self.texts.insert(text.clone());
        let other = self.by_id.insert(id.to_owned(), text.clone()).filter(|other| other != text);
        match other {
            Some(_) => Err(ManifestError::NotAManifest(format!("{id:?} names two documents"))),
            None => Ok(()),
        }
    }

    /// With the documents of another one.
    pub(super) fn with(mut self, other: &Self) -> Result<Self, ManifestError> {
        other.by_id.iter().try_for_each(|(id, text)| self.add(id, text))?;
        Ok(self)
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The document of an identifier, or of a hash in hexadecimal digits.
    pub(super) fn by_id(&self, id: &str) -> Option<&Arc<str>> {
        self.by_id.get(id).or_else(|| self.by_hash.get(&Sha256::parse(id)?))
    }

    /// The document that reads exactly like this.
    pub(super) fn by_text(&self, text: &str) -> Option<&Arc<str>> {
        self.texts.get(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifests_of_relay_and_apollo_are_read() {
        let relay = r#"{ "a1": "{ shops { id } }", "b2": "{ brands { id } }" }"#;
        let apollo = r#"{ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [
            { "id": "a1", "name": "Shops", "type": "query", "body": "{ shops { id } }" },
            { "id": "b2", "name": "Brands", "type": "query", "body": "{ brands { id } }" }] }"#;
        for text in [relay, apollo] {
            let manifest = Manifest::read(text).unwrap();
            let hash = Sha256::of("{ shops { id } }").to_string();
            assert_eq!(manifest.by_id("a1").map(|text| &**text), Some("{ shops { id } }"));
            assert_eq!(manifest.by_id(&hash), manifest.by_id("a1"));
            assert_eq!(manifest.by_text("{ brands { id } }"), manifest.by_id("b2"));
            assert_eq!((manifest.len(), manifest.by_id("c3"), manifest.by_text("{ x }")), (2, None, None));
        }
    }

    #[test]
    fn two_manifests_become_one_unless_they_mean_different_documents_by_one_name() {
        let read = |text| Manifest::read(text).unwrap();
        let (shops, brands) = (r#"{ "a": "{ shops { id } }" }"#, r#"{ "b": "{ brands { id } }" }"#);
        let both = read(shops).with(&read(brands)).unwrap().with(&read(shops)).unwrap();
        assert_eq!((both.len(), both.by_text("{ brands { id } }")), (2, both.by_id("b")));
        let error = both.with(&read(r#"{ "a": "{ brands { id } }" }"#)).unwrap_err().to_string();
        assert!(error.contains("\"a\" names two documents"), "{error}");
    }

    #[test]
    fn what_is_no_manifest_is_told_apart() {
        let cases = [
            ("", "no manifest"),
            ("[]", "no manifest"),
            (r#"{ "a": 1 }"#, "no manifest"),
            (r#"{ "operations": [{ "id": "a" }] }"#, "no manifest"),
            (r#"{ "a": "{" }"#, "no GraphQL under \"a\""),
            (
                r#"{ "operations": [{ "id": "a", "body": "{ b }" }, { "id": "a", "body": "{ c }" }] }"#,
                "\"a\" names two documents",
            ),
        ];
        for (text, expected) in cases {
            let error = Manifest::read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
