//! Settings that more than one service reads, and the one way to say that a setting is missing or wrong.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

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
    /// Checks an address that has to be there. The error never repeats it: it can hold a password.
    pub fn required(self, value: Option<&SecretString>) -> Result<SecretString, SettingError> {
        self.optional(value)?.ok_or(SettingError::Missing {
            name: self.name,
            meaning: self.meaning,
            example: self.example,
        })
    }

    /// Checks an address that may be absent; an empty one counts as absent.
    pub fn optional(self, value: Option<&SecretString>) -> Result<Option<SecretString>, SettingError> {
        let Some(value) = value.filter(|value| !value.expose_secret().trim().is_empty()) else {
            return Ok(None);
        };
        let url = Url::parse(value.expose_secret().trim())
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

#[cfg(test)]
mod tests {
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
            let result = DATABASE.required(value.map(SecretString::from).as_ref());
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
}
