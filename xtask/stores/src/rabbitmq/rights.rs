//! Who may do what in a virtual host: the collector writes, the gateway reads.
//!
//! Each right is a regular expression of the names of exchanges and queues. `compose.yml` and the README tell the same
//! ones.

use serde_json::{Value, json};

/// What a user may declare and delete, publish and bind to, consume and bind from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    configure: &'static str,
    write: &'static str,
    read: &'static str,
}

impl Rights {
    /// For people, and for tests.
    pub const EVERYTHING: Self = Self { configure: ".*", write: ".*", read: ".*" };

    /// For a user who is to wait.
    pub const NOTHING: Self = Self { configure: "^$", write: "^$", read: "^$" };

    /// It declares exchanges and queues, binds them, and publishes. To bind from an exchange is to read it, and whoever
    /// declares a queue with dead letters needs the right to read that queue.
    pub const COLLECTOR: Self = Self {
        configure: r"^(products|product_events)(\.dead)?$",
        write: r"^(products|product_events)(\.dead)?$",
        read: r"^(products(\.dead)?|product_events)$",
    };

    /// It consumes. What it refuses, RabbitMQ itself puts among the dead letters.
    pub const GATEWAY: Self = Self { configure: "^$", write: "^$", read: r"^product_events(\.dead)?$" };

    /// As RabbitMQ's management interface has it.
    pub(crate) fn to_json(self) -> Value {
        let Self { configure, write, read } = self;
        json!({ "configure": configure, "write": write, "read": read })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rights_are_given_by_compose_and_told_by_the_readme() {
        let compose = include_str!("../../../../compose.yml");
        let readme = include_str!("../../../../deploy/README.md");
        for (user, Rights { configure, write, read }) in
            [("collector", Rights::COLLECTOR), ("gateway", Rights::GATEWAY)]
        {
            // `$$` is compose's way to write `$`.
            let given = format!("user={user} configure='{configure}' write='{write}' read='{read}'")
                .replace('$', "$$");
            assert!(compose.contains(&given), "compose.yml: {given}");
            let told = format!("rabbitmqctl set_permissions {user} '{configure}' '{write}' '{read}'");
            assert!(readme.contains(&told), "deploy/README.md: {told}");
        }
    }
}
