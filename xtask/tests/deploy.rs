//! What runs and watches the services names their metrics and settings: these are the ones that the code has, so that
//! whoever renames one is told here what else to change.

#![expect(clippy::unwrap_used, reason = "a test that can't go on says where it stopped")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What the names of the services' own metrics begin with, and where the code is that has them.
const SERVICES: [(&str, &str); 3] =
    [("collector_", "collector/src"), ("gateway_", "gateway/src"), ("mock_shops_", "mock-shops/src")];

/// What each process is measured by, as the crate `metrics-process` names it.
const OF_PROCESSES: [&str; 8] = [
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
    "process_virtual_memory_bytes",
    "process_virtual_memory_max_bytes",
];

/// What is looked at of RabbitMQ's own.
const OF_RABBITMQ: [&str; 3] = [
    "rabbitmq_detailed_queue_messages",
    "rabbitmq_detailed_queue_messages_ready",
    "rabbitmq_detailed_queue_messages_unacked",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The texts of all files below a folder whose names end so.
fn texts(folder: &str, ending: &str) -> Vec<String> {
    let (mut texts, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().is_some_and(|path| path.ends_with(ending)) {
                texts.push(fs::read_to_string(&path).unwrap());
            }
        }
    }
    texts
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
}

/// The metrics that the code names.
fn exported() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (prefix, folder) in SERVICES {
        let before = names.len();
        for text in texts(folder, ".rs") {
            let is_name = |word: &&str| word.starts_with(prefix) && words(word).count() == 1;
            names.extend(text.split('"').filter(is_name).map(str::to_owned));
        }
        assert!(names.len() > before, "no metric in {folder}");
    }
    names.extend(OF_PROCESSES.map(str::to_owned));
    names
}

/// The metrics that a text names, without what Prometheus adds to the names of histograms.
fn named(text: &str) -> BTreeSet<String> {
    let prefixes = SERVICES.map(|(prefix, _)| prefix).into_iter().chain(["process_", "rabbitmq_detailed_"]);
    let prefixes: Vec<&str> = prefixes.collect();
    let names = words(text).filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix)));
    let endings = ["_bucket", "_count", "_sum"];
    names
        .map(|name| endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned())
        .collect()
}

#[test]
fn every_metric_that_is_watched_is_one_that_a_service_exports() {
    let exported = exported();
    for path in [
        "deploy/observe/alerts.yml",
        "deploy/observe/alerts.test.yml",
        "deploy/observe/grafana/dashboards/video-cards.json",
        "deploy/observe/README.md",
    ] {
        let named = named(&read(path));
        assert!(named.len() > 5, "{path}: {named:?}");
        for name in named {
            assert!(exported.contains(&name) || OF_RABBITMQ.contains(&name.as_str()), "{path}: {name}");
        }
    }
}

#[test]
fn every_metric_that_a_service_exports_is_described() {
    let described = named(&read("deploy/observe/README.md"));
    for name in exported() {
        assert!(described.contains(&name), "{name}");
    }
}

#[test]
fn every_alert_says_what_it_means_and_what_to_do() {
    let rules = read("deploy/observe/alerts.yml");
    let alerts: Vec<&str> = rules.split("- alert: ").skip(1).collect();
    assert!(alerts.len() > 10);
    for alert in alerts {
        for part in ["expr:", "severity:", "summary:", "runbook:"] {
            assert!(alert.contains(part), "{part} of {alert}");
        }
    }
}

/// Settings that compose leaves out: files that it would have to mount, and what it writes itself.
const NOT_OF_COMPOSE: [&str; 2] = ["TRUSTED_DOCUMENTS", "TRUSTED_DOCUMENTS_ONLY"];

/// No setting: who decides, as the person's terminal says.
const OF_TERMINALS: &str = "USER";

/// Where traces go: no option, since it is OpenTelemetry's own.
const OF_OPENTELEMETRY: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// The variables that the services read: those that stand beside an option, and those that have a constant.
fn settings() -> BTreeSet<String> {
    let mut settings = BTreeSet::from([OF_OPENTELEMETRY.to_owned()]);
    for folder in ["collector/src", "gateway/src", "mock-shops/src", "service/src"] {
        for text in texts(folder, ".rs") {
            for before in ["env = \"", "name: \""] {
                let named = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
                settings.extend(
                    named.filter(|name| is_variable(name) && *name != OF_TERMINALS).map(str::to_owned),
                );
            }
        }
    }
    settings
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

#[test]
fn every_setting_is_explained_wherever_people_look_for_it() {
    let (readme, compose) = (read("README.md"), read("compose.yml"));
    let settings = settings();
    assert!(settings.len() > 40, "{settings:?}");
    for setting in &settings {
        let setting = setting.strip_suffix("_FILE").unwrap_or(setting);
        assert!(words(&readme).any(|word| word == setting), "{setting} is not in README.md");
        let is_told = words(&compose).any(|word| word == setting) || NOT_OF_COMPOSE.contains(&setting);
        assert!(is_told, "{setting} is not in compose.yml");
    }
}

/// The variables that compose sets for our own services.
fn set_by_compose(compose: &str) -> BTreeSet<&str> {
    let (mut set, mut is_ours) = (BTreeSet::new(), false);
    for line in compose.lines() {
        let text = line.trim_start();
        let name = text.split(':').next().unwrap_or_default();
        match line.len() - text.len() {
            2 => is_ours = ["collector", "gateway", "mock-shops"].contains(&name),
            6 if is_ours && is_variable(name) => drop(set.insert(name)),
            _ => {}
        }
    }
    set
}

/// The variables that the table of settings has.
fn told_by_readme(readme: &str) -> BTreeSet<&str> {
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    rows.flat_map(words).filter(|name| is_variable(name)).collect()
}

/// The variables that the manifests set.
fn set_by_manifests(manifests: &[String]) -> BTreeSet<&str> {
    let names = manifests.iter().flat_map(|text| text.lines()).filter_map(|line| {
        let line = line.trim().trim_start_matches("- ");
        line.strip_prefix("name: ").or_else(|| Some(line.split_once('=')?.0))
    });
    names.filter(|name| is_variable(name)).collect()
}

#[test]
fn nothing_is_set_that_no_service_reads() {
    let (readme, compose) = (read("README.md"), read("compose.yml"));
    let manifests = texts("deploy/kubernetes", ".yaml");
    let settings = settings();
    for (place, named) in [
        ("README.md", told_by_readme(&readme)),
        ("compose.yml", set_by_compose(&compose)),
        ("deploy/kubernetes", set_by_manifests(&manifests)),
    ] {
        assert!(named.len() > 10, "{place}: {named:?}");
        for name in named {
            assert!(settings.contains(name), "{place}: nobody reads {name}");
        }
    }
}

#[test]
fn everything_that_compose_reads_is_in_the_example_of_its_settings() {
    let (compose, example) = (read("compose.yml"), read(".env.example"));
    let read_there = compose.split("${").skip(1).filter_map(|rest| words(rest).next());
    for variable in read_there {
        let is_there = example.lines().any(|line| {
            line.trim_start_matches('#').strip_prefix(variable).is_some_and(|rest| rest.starts_with('='))
        });
        assert!(is_there, "{variable} is not in .env.example");
    }
}

/// Whether the example's ingress lets a path through, by the rules of Kubernetes.
fn is_let_through(ingress: &str, path: &str) -> bool {
    ingress.split("- path: ").skip(1).any(|rule| {
        let own = rule.lines().next().unwrap().trim();
        let below = path.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'));
        path == own || (below && rule.contains("pathType: Prefix"))
    })
}

#[test]
fn the_ingress_lets_through_what_is_for_the_public_and_nothing_else() {
    let ingress = read("deploy/kubernetes/example/ingress.yaml");
    let storefront = read("gateway/src/http/storefront.rs");
    // Between quotes; what a comment begins with isn't, nor what stands in the page.
    let routes = storefront.split('"').skip(1).filter(|text| text.starts_with('/') && !text.ends_with('\\'));
    let routes: Vec<String> =
        routes.map(|route| route.replace("{id}", "a").replace("{file}", "a.js")).collect();
    assert!(routes.len() > 3, "{routes:?}");
    for path in routes.iter().map(String::as_str).chain(["/graphql"]) {
        assert!(is_let_through(&ingress, path), "{path}");
    }
    for path in
        ["/metrics", "/ready", "/health", "/graphiql", "/schema.graphql", "/storefront/documents.json"]
    {
        assert!(!is_let_through(&ingress, path), "{path}");
    }
}
