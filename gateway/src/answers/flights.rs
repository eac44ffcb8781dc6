//! However many ask for the same at once, it is worked out once: the first flies, the others wait for it to land.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::{Answer, Key};

type Flying = HashMap<Key, watch::Receiver<Option<Answer>>>;

/// What is being worked out.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights(Arc<Mutex<Flying>>);

/// How somebody gets what is being worked out.
pub(super) enum Seat {
    /// By working it out.
    Pilot(Flight),
    /// By waiting for the one who does.
    Passenger(watch::Receiver<Option<Answer>>),
}

/// Held by the one who works it out; ends with it, whatever happens.
pub(super) struct Flight {
    flights: Flights,
    key: Key,
    landing: watch::Sender<Option<Answer>>,
}

impl Flights {
    /// Joins the flight for `key`, or begins it.
    pub(super) fn board(&self, key: Key) -> Seat {
        match self.flying().entry(key) {
            Entry::Occupied(flying) => Seat::Passenger(flying.get().clone()),
            Entry::Vacant(none) => {
                let (landing, waiting) = watch::channel(None);
                none.insert(waiting);
                Seat::Pilot(Flight { flights: self.clone(), key, landing })
            }
        }
    }

    fn flying(&self) -> MutexGuard<'_, Flying> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// Gives the answer to all who wait.
    pub(super) fn land(self, answer: &Answer) {
        // Nobody need be waiting.
        self.landing.send_replace(Some(answer.clone()));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.flying().remove(&self.key);
    }
}

/// What the one who works it out lands with; `None`: with nothing, being refused or gone away.
pub(super) async fn landed(mut waiting: watch::Receiver<Option<Answer>>) -> Option<Answer> {
    waiting.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn pilot(seat: Seat) -> Flight {
        match seat {
            Seat::Pilot(flight) => flight,
            Seat::Passenger(_) => panic!("somebody else flies"),
        }
    }

    fn passenger(seat: Seat) -> watch::Receiver<Option<Answer>> {
        match seat {
            Seat::Pilot(_) => panic!("nobody else flies"),
            Seat::Passenger(waiting) => waiting,
        }
    }

    #[tokio::test]
    async fn all_who_ask_at_once_get_what_one_worked_out() {
        let flights = Flights::default();
        let (one, other) = (Key::for_tests(1), Key::for_tests(2));
        let flight = pilot(flights.board(one));
        let waiting = [passenger(flights.board(one)), passenger(flights.board(one))];
        pilot(flights.board(other));
        flight.land(&Answer::new(Bytes::from_static(b"{}"), true, false));
        for waiting in waiting {
            assert_eq!(landed(waiting).await.unwrap().body, "{}");
        }
        pilot(flights.board(one));
    }

    #[tokio::test]
    async fn those_who_wait_for_one_who_goes_away_are_told_and_the_next_one_flies() {
        let flights = Flights::default();
        let flight = pilot(flights.board(Key::for_tests(1)));
        let waiting = passenger(flights.board(Key::for_tests(1)));
        drop(flight);
        assert!(landed(waiting).await.is_none());
        pilot(flights.board(Key::for_tests(1)));
    }
}
