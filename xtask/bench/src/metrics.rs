//! What services count, as they tell it at `/metrics`.

use std::str::FromStr;

use stores::process::Service;

use crate::trouble::Trouble;

/// What a service had counted at one moment, in Prometheus' words.
#[derive(Debug)]
pub(crate) struct Metrics(String);

impl Metrics {
    /// Asks a service.
    pub(crate) async fn of(http: &reqwest::Client, service: &Service) -> Result<Self, Trouble> {
        Self::at(http, &service.url("/metrics")).await
    }

    /// Asks whoever answers there.
    pub(crate) async fn at(http: &reqwest::Client, url: &str) -> Result<Self, Trouble> {
        Ok(Self(http.get(url).send().await?.text().await?))
    }

    /// How much a counter has counted, whatever its labels; 0 where it has not begun.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.values::<u64>(name, |_| true).sum()
    }

    /// The same where it has a label, written as `from="memory"`.
    pub(crate) fn count_with(&self, name: &str, label: &str) -> u64 {
        self.values::<u64>(name, |labels| labels.split(',').any(|one| one == label)).sum()
    }

    /// The largest value among all labels; 0 where there is none.
    pub(crate) fn largest(&self, name: &str) -> f64 {
        self.values(name, |_| true).fold(0.0, f64::max)
    }

    fn values<T: FromStr>(&self, name: &str, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = T> {
        self.0.lines().filter_map(move |line| {
            let (series, value) = line.rsplit_once(' ')?;
            let (of, labels) = series.split_once('{').unwrap_or((series, "}"));
            let is_it = of == name && is_wanted(labels.trim_end_matches('}'));
            is_it.then(|| value.parse().ok())?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_summed_over_its_labels_and_no_other_is_taken_for_it() {
        let text = "# TYPE given_total counter\ngiven_total{from=\"memory\",shop=\"a\"} 3\n\
                    given_total{from=\"work\",shop=\"a\"} 4\ngiven_total_ever 100\nbare_total 5\n";
        let metrics = Metrics(text.to_owned());
        assert_eq!((metrics.count("given_total"), metrics.count("bare_total")), (7, 5));
        assert_eq!(metrics.count_with("given_total", "from=\"memory\""), 3);
        assert_eq!(metrics.count_with("given_total", "from=\"redis\""), 0);
        assert_eq!((metrics.count("given"), metrics.count("away_total")), (0, 0));
        assert_eq!((metrics.largest("given_total"), metrics.largest("away_total")), (4.0, 0.0));
    }
}
