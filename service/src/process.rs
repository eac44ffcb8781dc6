//! What a process uses of its machine: memory, processor time, open files, threads.
//!
//! The names are those of Prometheus' own clients (`process_resident_memory_bytes` and so on), which dashboards and
//! alerts know already.

use std::sync::OnceLock;

use metrics_process::Collector;

/// Measures this process, for the recorder that was installed. To be called before each rendering of the metrics: it
/// reads a few files below `/proc`.
pub fn measure() {
    static COLLECTOR: OnceLock<Collector> = OnceLock::new();
    let collector = COLLECTOR.get_or_init(|| {
        let collector = Collector::default();
        collector.describe();
        collector
    });
    collector.collect();
}
