//! Subscriptions that ask the same are one: what is told is worked out once, and each subscriber gets the same bytes.
//!
//! Ten thousand readers of one page follow the same cards. Each on its own would ask Postgres for every change and hold an
//! execution of its own for as long as it stays. Those who lag are waited for, but not for long: then they are told so and
//! end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::stream::{self, BoxStream, StreamExt};
use tokio::{
    sync::broadcast::{self, Receiver, Sender, error::RecvError},
    time::{sleep, timeout},
};

use super::refusal::Refusal;
use crate::{answers::Question, graphql::subscribe::Told};

/// How much a subscriber may lag behind. What waits is shared by all who ask the same.
const MOST_WAITING: usize = 64;
/// How long those who lag that far hold up the others who ask the same, and how often it is looked whether they still do.
const PATIENCE: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Subscriptions that run, by what they ask.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<HashMap<Question, Sender<Told>>>>);

impl Shared {
    /// What is told of a subscription, from now on. Whoever asks first has it begun by `begin`, on a task of its own that
    /// ends with the last who listens.
    pub(super) fn join(
        &self,
        question: Question,
        begin: impl FnOnce() -> BoxStream<'static, Told>,
    ) -> BoxStream<'static, Told> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = running.get(&question) {
            return listen(sender.subscribe());
        }
        let (sender, receiver) = broadcast::channel(MOST_WAITING);
        running.insert(question, sender.clone());
        tokio::spawn(tell(self.clone(), question, sender, begin()));
        listen(receiver)
    }

    /// Forgets a subscription that nobody listens to, or that has ended; false: somebody has just come.
    fn forget(&self, question: &Question, sender: &Sender<Told>, ended: bool) -> bool {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = ended || sender.receiver_count() == 0;
        if is_over {
            running.remove(question);
        }
        is_over
    }
}

async fn tell(shared: Shared, question: Question, sender: Sender<Told>, mut told: BoxStream<'static, Told>) {
    loop {
        tokio::select! {
            next = told.next() => {
                let is_last = !matches!(next, Some(Told::Next(_)));
                if is_last {
                    // Nobody may join what has ended: so first this.
                    shared.forget(&question, &sender, true);
                }
                if let Some(next) = next {
                    let _ = timeout(PATIENCE, room(&sender)).await;
                    // Whether anybody listens is looked at below.
                    let _ = sender.send(next);
                }
                if is_last {
                    return;
                }
            }
            () = sender.closed() => if shared.forget(&question, &sender, false) {
                return;
            }
        }
    }
}

/// Waits until nobody lags too far.
async fn room(sender: &Sender<Told>) {
    while sender.len() >= MOST_WAITING {
        sleep(LOOK_EVERY).await;
    }
}

fn listen(receiver: Receiver<Told>) -> BoxStream<'static, Told> {
    stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Ok(told) => Some((told, Some(receiver))),
            Err(RecvError::Lagged(_)) => {
                metrics::counter!("gateway_subscribers_lagged_total").increment(1);
                Some((Told::Failed(Refusal::lagged().errors()), None))
            }
            Err(RecvError::Closed) => None,
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tokio::sync::mpsc;

    use super::*;

    fn question(text: &str) -> Question {
        Question::of("", text, None, &Value::Null)
    }

    /// A subscription whose answers are sent by the test.
    fn begun() -> (mpsc::UnboundedSender<Told>, impl FnOnce() -> BoxStream<'static, Told>) {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        (sender, move || stream::poll_fn(move |context| receiver.poll_recv(context)).boxed())
    }

    fn next(text: &'static str) -> Told {
        Told::Next(text.into())
    }

    #[tokio::test]
    async fn those_who_ask_the_same_are_told_the_same_and_it_is_begun_once() {
        let shared = Shared::default();
        let (answers, begin) = begun();
        let mut one = shared.join(question("a"), begin);
        let mut other = shared.join(question("a"), || unreachable!("it runs"));
        let mut another = shared.join(question("b"), || stream::iter([next("b")]).boxed());
        answers.send(next("1")).unwrap();
        assert_eq!(one.next().await, Some(next("1")));
        assert_eq!(other.next().await, Some(next("1")));
        assert_eq!(another.next().await, Some(next("b")));
        assert_eq!(another.next().await, None);
        drop(answers);
        assert_eq!(one.next().await, None);
    }

    #[tokio::test]
    async fn it_ends_with_the_last_who_listens() {
        let shared = Shared::default();
        let (answers, begin) = begun();
        let one = shared.join(question("a"), begin);
        let other = shared.join(question("a"), || unreachable!("it runs"));
        drop(one);
        assert!(!answers.is_closed());
        drop(other);
        answers.closed().await;
        let (_answers, begin) = begun();
        let _again = shared.join(question("a"), begin);
    }

    #[tokio::test]
    async fn one_that_does_not_keep_up_is_told_and_the_others_go_on() {
        let shared = Shared::default();
        let (answers, begin) = begun();
        let mut slow = shared.join(question("a"), begin);
        let mut quick = shared.join(question("a"), || unreachable!("it runs"));
        for _ in 0..=MOST_WAITING {
            answers.send(next("1")).unwrap();
            assert_eq!(quick.next().await, Some(next("1")));
        }
        assert!(matches!(slow.next().await, Some(Told::Failed(_))));
        assert_eq!(slow.next().await, None);
        answers.send(next("2")).unwrap();
        assert_eq!(quick.next().await, Some(next("2")));
    }
}
