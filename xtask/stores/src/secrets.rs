//! The stores' passwords: made at random when a data folder is made, and kept in it for the next start.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// A random password of 32 hexadecimal digits, which stands in an address as it is.
///
/// # Errors
/// The operating system has no `/dev/urandom`.
pub fn random_secret() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// One password for each who logs in somewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The superuser `postgres` of Postgres.
    pub postgres: String,
    /// The role `collector` of Postgres, and RabbitMQ's user of that name.
    pub collector: String,
    /// The role `gateway` of Postgres, and RabbitMQ's user of that name.
    pub gateway: String,
    /// The user `videocards` of RabbitMQ.
    pub rabbitmq: String,
    /// The default user of Redis.
    pub redis: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets(..)")
    }
}

impl Secrets {
    /// A password of its own for each.
    ///
    /// # Errors
    /// See [`random_secret`].
    pub fn random() -> io::Result<Self> {
        Ok(Self {
            postgres: random_secret()?,
            collector: random_secret()?,
            gateway: random_secret()?,
            rabbitmq: random_secret()?,
            redis: random_secret()?,
        })
    }

    /// One random password for all, as tests have it: who knows the superuser's address can work out the others.
    ///
    /// # Errors
    /// See [`random_secret`].
    pub fn one_for_all() -> io::Result<Self> {
        let secret = random_secret()?;
        Ok(Self {
            postgres: secret.clone(),
            collector: secret.clone(),
            gateway: secret.clone(),
            rabbitmq: secret.clone(),
            redis: secret,
        })
    }

    /// The passwords kept in `path`, or what `make` makes, which is then kept there for nobody else to read.
    ///
    /// # Errors
    /// The file can't be read, written or understood.
    pub fn kept_in(path: &Path, make: impl FnOnce() -> io::Result<Self>) -> io::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).ok_or_else(|| {
                let problem =
                    format!("{} lacks a password; delete the data folder to begin anew", path.display());
                io::Error::new(io::ErrorKind::InvalidData, problem)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secrets = make()?;
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
                file.write_all(secrets.to_text().as_bytes())?;
                file.sync_all()?;
                Ok(secrets)
            }
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let values: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
        let value =
            |name: &str| values.get(name).filter(|value| !value.is_empty()).map(|&value| value.to_owned());
        Some(Self {
            postgres: value("postgres")?,
            collector: value("collector")?,
            gateway: value("gateway")?,
            rabbitmq: value("rabbitmq")?,
            redis: value("redis")?,
        })
    }

    fn to_text(&self) -> String {
        let Self { postgres, collector, gateway, rabbitmq, redis } = self;
        format!(
            "postgres={postgres}\ncollector={collector}\ngateway={gateway}\nrabbitmq={rabbitmq}\nredis={redis}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_kept_for_the_next_start_and_for_nobody_else() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets");
        let made = Secrets::kept_in(&path, Secrets::random).unwrap();
        let read = Secrets::kept_in(&path, || panic!("made twice")).unwrap();
        assert!(made == read);
        assert_ne!(made.collector, made.gateway);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        fs::write(&path, "postgres=abc\n").unwrap();
        let error = Secrets::kept_in(&path, Secrets::random).unwrap_err();
        assert!(error.to_string().contains("begin anew"), "{error}");
    }
}
