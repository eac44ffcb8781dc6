//! What is for everybody: the routes, and the one that nearly all requests ask for, which is found without them.
//!
//! To find a route, to note which one it was and to hand a request through takes a tenth of what a kept answer does.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, extract::Request, http::Method, response::Response};

use super::{
    graphql::{self, GraphQl},
    serve::Responder,
};

/// What is for everybody.
#[derive(Clone)]
pub struct Public {
    routes: Router,
    /// `None`: there is something that all requests have to go through.
    graphql: Option<Arc<GraphQl>>,
}

/// Which way a request takes.
enum Way {
    Direct(Arc<GraphQl>),
    ByRoute(Router),
}

impl Public {
    /// By its routes alone.
    pub(super) fn routed(routes: Router) -> Self {
        Self { routes, graphql: None }
    }

    /// The same, but for what is posted to `/graphql`: nothing else is to be done for that than what its route does.
    pub(super) fn with_graphql(self, graphql: Arc<GraphQl>) -> Self {
        Self { graphql: Some(graphql), ..self }
    }

    /// With further routes.
    #[must_use]
    pub fn merge(self, routes: Router) -> Self {
        Self { routes: self.routes.merge(routes), ..self }
    }

    fn way(&self, request: &Request) -> Way {
        match &self.graphql {
            Some(graphql) if request.method() == Method::POST && request.uri().path() == graphql::PATH => {
                Way::Direct(Arc::clone(graphql))
            }
            _ => Way::ByRoute(self.routes.clone()),
        }
    }
}

impl Responder for Public {
    fn respond(&self, request: Request) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        let way = self.way(&request);
        async move {
            match way {
                // On the heap: a connection that waits has no need of it.
                Way::Direct(graphql) => Ok(Box::pin(graphql::answer(graphql, request)).await),
                Way::ByRoute(routes) => routes.respond(request).await,
            }
        }
    }
}
