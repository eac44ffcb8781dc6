//! Settings that more than one service reads, and the one way to say that a setting is missing or wrong.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// A longer file holds something else than one secret.
const LONGEST_SECRET_BYTES: usize = 64 * 1024;

/// A setting that is missing or wrong. It reads as a sentence that says what to set, and never repeats a
/// secret.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// A setting without a default was not given.
    #[error("{name} is not set: {meaning}, for example {name}={example}")]
    Missing {
        /// The variable's name.
        name: &'static str,
        /// What it should hold.
        meaning: &'static str,
        /// A value that would do.
        example: &'static str,
    },
    /// A setting was given and can't be used.
    #[error("{name} can't be used: {problem}; a value like {example} would do")]
    Wrong {
        /// The variable's name.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
        /// A value that would do.
        example: &'static str,
    },
}

impl SettingError {
    /// A setting that was given and can't be used.
    pub fn wrong(name: &'static str, problem: impl Into<String>, example: &'static str) -> Self {
        Self::Wrong { name, problem: problem.into(), example }
    }
}

/// What a secret address is: its variable, its meaning, the schemes it may have, and an example.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    /// The variable's name.
    pub name: &'static str,
    /// What stands at the address.
    pub meaning: &'static str,
    /// The URL schemes that are understood.
    pub schemes: &'static [&'static str],
    /// A value that would do.
    pub example: &'static str,
}

/// Where Postgres is (`DATABASE_URL`).
pub const DATABASE: Address = Address {
    name: "DATABASE_URL",
    meaning: "give the address of Postgres",
    schemes: &["postgres", "postgresql"],
    example: "postgres://user:password@127.0.0.1:5432/videocards",
};

/// A replica of Postgres for what readers ask (`DATABASE_READ_URL`).
pub const DATABASE_READ: Address = Address {
    name: "DATABASE_READ_URL",
    meaning: "give the address of a replica of Postgres",
    schemes: DATABASE.schemes,
    example: "postgres://user:password@replica.example:5432/videocards",
};

/// Where RabbitMQ is (`AMQP_URL`).
pub const AMQP: Address = Address {
    name: "AMQP_URL",
    meaning: "give the address of RabbitMQ",
    schemes: &["amqp", "amqps"],
    example: "amqp://user:password@127.0.0.1:5672/%2f",
};

/// Where Redis is (`REDIS_URL`).
pub const REDIS: Address = Address {
    name: "REDIS_URL",
    meaning: "give the address of Redis",
    schemes: &["redis", "rediss", "redis-cluster", "rediss-cluster", "redis-sentinel", "rediss-sentinel"],
    example: "redis://127.0.0.1:6379/0",
};

impl Address {
    /// Checks an address that has to be there, given itself or in a file. The error never repeats it: it can hold a
    /// password.
    pub fn required(
        self,
        value: Option<&SecretString>,
        file: Option<&Path>,
    ) -> Result<SecretString, SettingError> {
        let missing = SettingError::Missing { name: self.name, meaning: self.meaning, example: self.example };
        self.optional(value, file)?.ok_or(missing)
    }

    /// Checks an address that may be absent; an empty one counts as absent.
    pub fn optional(
        self,
        value: Option<&SecretString>,
        file: Option<&Path>,
    ) -> Result<Option<SecretString>, SettingError> {
        let Some(value) = secret(self.name, self.example, value, file)? else {
            return Ok(None);
        };
        let url = Url::parse(value.expose_secret())
            .map_err(|error| SettingError::wrong(self.name, error.to_string(), self.example))?;
        if !self.schemes.contains(&url.scheme()) {
            let problem = format!(
                "its scheme is `{}`, where one of {} is understood",
                url.scheme(),
                self.schemes.join(", ")
            );
            return Err(SettingError::wrong(self.name, problem, self.example));
        }
        Ok(Some(SecretString::from(url.as_str())))
    }
}

/// A secret that is given itself or as the file that holds it, by the variable of the same name with `_FILE` behind it:
/// so secrets that are mounted as files stay out of the environment. White space around it doesn't count, and nothing
/// counts as absent, but for a file without anything in it.
pub fn secret(
    name: &'static str,
    example: &'static str,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> Result<Option<SecretString>, SettingError> {
    let value = value.map(|value| value.expose_secret().trim()).filter(|value| !value.is_empty());
    let file = file.filter(|file| !file.as_os_str().is_empty());
    let wrong = |problem: String| SettingError::wrong(name, problem, example);
    match (value, file) {
        (Some(_), Some(_)) => {
            Err(wrong(format!("{name}_FILE is set too, and one of them has to be left out")))
        }
        (value, None) => Ok(value.map(SecretString::from)),
        (None, Some(file)) => {
            let bytes = std::fs::read(file)
                .map_err(|error| wrong(format!("the file that {name}_FILE names can't be read: {error}")))?;
            if bytes.len() > LONGEST_SECRET_BYTES {
                return Err(wrong(format!("the file that {name}_FILE names is far too long for a secret")));
            }
            let text = String::from_utf8(bytes)
                .map_err(|_| wrong(format!("the file that {name}_FILE names holds no text")))?;
            match text.trim() {
                "" => Err(wrong(format!("the file that {name}_FILE names is empty"))),
                text => Ok(Some(SecretString::from(text))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn an_address_is_checked_and_never_repeated() {
        let cases = [
            (None, Some("DATABASE_URL is not set")),
            (Some(""), Some("DATABASE_URL is not set")),
            (Some("hunter2"), Some("DATABASE_URL can't be used")),
            (Some("mysql://u:hunter2@h/d"), Some("its scheme is `mysql`")),
            (Some("postgres://u:hunter2@h/d"), None),
        ];
        for (value, expected) in cases {
            let result = DATABASE.required(value.map(SecretString::from).as_ref(), None);
            match (result, expected) {
                (Ok(_), None) => {}
                (Err(error), Some(expected)) => {
                    let text = error.to_string();
                    assert!(text.contains(expected), "{value:?}: {text}");
                    assert!(!text.contains("hunter2"), "{value:?}: {text}");
                }
                (result, expected) => panic!("{value:?}: {result:?}, expected {expected:?}"),
            }
        }
    }

    #[test]
    fn a_secret_can_stand_in_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = |content: &[u8]| {
            let path = folder.path().join(content.len().to_string());
            std::fs::write(&path, content).unwrap();
            path
        };
        let address = "postgres://u:hunter2@h/d";
        let line = file(format!("{address}\n").as_bytes());
        let cases = [
            (None, line.clone(), Ok(address)),
            (Some(" "), line.clone(), Ok(address)),
            (Some(address), PathBuf::new(), Ok(address)),
            (None, PathBuf::new(), Err("DATABASE_URL is not set")),
            (Some(address), line, Err("DATABASE_URL_FILE is set too")),
            (None, folder.path().join("absent"), Err("the file that DATABASE_URL_FILE names can't be read")),
            (None, file(b" \n"), Err("the file that DATABASE_URL_FILE names is empty")),
            (None, file(b"hunter2\xff"), Err("the file that DATABASE_URL_FILE names holds no text")),
            (None, file(&vec![b'x'; LONGEST_SECRET_BYTES + 1]), Err("far too long for a secret")),
            (None, file(b"mysql://u:hunter2@h"), Err("its scheme is `mysql`")),
        ];
        for (value, file, expected) in cases {
            let result = DATABASE.required(value.map(SecretString::from).as_ref(), Some(&file));
            match (result, expected) {
                (Ok(read), Ok(expected)) => assert_eq!(read.expose_secret(), expected),
                (Err(error), Err(expected)) => {
                    let text = error.to_string();
                    assert!(text.contains(expected), "{text}");
                    assert!(!text.contains("hunter2"), "{text}");
                }
                (result, expected) => panic!("{value:?}: {result:?}, expected {expected:?}"),
            }
        }
    }
}
