//! What both servers of the practice have: counting, faults, and an end.

use std::{io, time::Duration};

use axum::{Router, extract::Request, response::Response};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    Arrivals, Faults,
    faults::{Plan, answer},
    line::{Line, Lines},
};

/// How long connections may finish what they send, once the server ends.
const GRACE: Duration = Duration::from_secs(1);

/// Where every request of a server comes through.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) arrivals: Arrivals,
    pub(super) faults: Faults,
    pub(super) shutdown: CancellationToken,
}

impl Gate {
    pub(super) fn new(shutdown: CancellationToken) -> Self {
        Self { arrivals: Arrivals::new(), faults: Faults::default(), shutdown }
    }

    /// Counts a request, and says what is to happen with it.
    pub(super) fn enter(&self, request: &Request) -> Plan {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        // Planned before it counts: who waits for its arrival may then order the next fault
        // and be sure that this request has its own already.
        let plan = self.faults.plan(target);
        self.arrivals.count(target);
        plan
    }

    /// The answer as it is sent: the proper one, unless the plan has a fault.
    pub(super) async fn leave(&self, plan: Plan, proper: Response, line: &Line) -> Response {
        match plan.fault {
            None => proper,
            Some(fault) => answer::spoil(fault, proper, line, &self.shutdown).await,
        }
    }

    /// Serves until shutdown, then ends within a second.
    pub(super) async fn run(self, listener: TcpListener, router: Router) -> io::Result<()> {
        let service = router.into_make_service_with_connect_info::<Line>();
        let ends = self.shutdown.clone().cancelled_owned();
        let serving = axum::serve(Lines(listener), service).with_graceful_shutdown(ends);
        let out_of_grace = async {
            self.shutdown.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            ended = serving.into_future() => ended,
            () = out_of_grace => Ok(()),
        }
    }
}
