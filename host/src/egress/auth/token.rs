//! Keeping a token for as long as it lasts, and asking for another one only once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::header::HeaderValue;
use tokio::{sync, time::Instant};

use super::{
    Failed, Fault,
    grant::{Asker, Denied, Grant, Granted},
};

/// How long a refused client waits before it asks again: nobody mends credentials faster, and
/// servers lock out who asks too often.
const AFTER_REFUSAL: Duration = Duration::from_secs(30);
/// How long a client waits that found the endpoint in trouble.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);
/// A 401 to a token as young as this isn't about the token.
const BETWEEN_RENEWALS: Duration = Duration::from_secs(30);
/// A token's life where the server doesn't say it.
const UNSAID: Duration = Duration::from_secs(300);
/// A token is renewed so long before its end, or a tenth of its life if that is less.
const MARGIN: Duration = Duration::from_secs(60);

/// A token, as the header that it is sent in.
pub(in super::super) struct Token {
    pub(in super::super) header: HeaderValue,
    renew_at: Instant,
}

/// A client's token, and the one place where it is renewed.
pub(in super::super) struct Tokens {
    grant: Grant,
    current: Mutex<Option<Arc<Token>>>,
    renewal: sync::Mutex<Renewal>,
}

#[derive(Default)]
struct Renewal {
    failed: Option<(Fault, Instant)>,
    after_401: Option<Instant>,
}

impl Tokens {
    pub(super) fn new(grant: Grant) -> Self {
        Self { grant, current: Mutex::default(), renewal: sync::Mutex::default() }
    }

    /// The token to send now. Whoever comes while another asks for it waits for that one.
    pub(super) async fn current(&self, asker: &Asker<'_>) -> Result<Arc<Token>, Failed> {
        if let Some(token) = self.valid() {
            return Ok(token);
        }
        let mut renewal = self.renewal.lock().await;
        match self.valid() {
            Some(token) => Ok(token),
            None => self.renew(&mut renewal, asker).await,
        }
    }

    /// A token other than this one, which the EHR answered with a 401; none where it was renewed
    /// for that reason just now, as a third token would be refused as well.
    pub(super) async fn instead_of(
        &self,
        refused: &Arc<Token>,
        asker: &Asker<'_>,
    ) -> Result<Option<Arc<Token>>, Failed> {
        let mut renewal = self.renewal.lock().await;
        if let Some(token) = self.valid().filter(|token| !Arc::ptr_eq(token, refused)) {
            return Ok(Some(token));
        }
        let now = Instant::now();
        if renewal.after_401.is_some_and(|before| now.duration_since(before) < BETWEEN_RENEWALS) {
            return Ok(None);
        }
        renewal.after_401 = Some(now);
        self.renew(&mut renewal, asker).await.map(Some)
    }

    fn valid(&self) -> Option<Arc<Token>> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|token| Instant::now() < token.renew_at).map(Arc::clone)
    }

    async fn renew(&self, renewal: &mut Renewal, asker: &Asker<'_>) -> Result<Arc<Token>, Failed> {
        if let Some(failed) = renewal.still_failed() {
            return Err(failed);
        }
        match self.grant.ask(asker).await {
            Ok(granted) => {
                renewal.failed = None;
                let token = Arc::new(Token::new(granted));
                let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
                *current = Some(Arc::clone(&token));
                Ok(token)
            }
            Err(denied) => Err(renewal.fail(denied)),
        }
    }
}

impl Renewal {
    fn still_failed(&self) -> Option<Failed> {
        let (fault, until) = self.failed.as_ref()?;
        let rest = until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero())?;
        Some(Failed { fault: fault.clone(), rest })
    }

    fn fail(&mut self, Denied { fault, pause }: Denied) -> Failed {
        let least = match fault {
            Fault::Refused { .. } | Fault::Unreadable | Fault::Redirected(_) | Fault::Signing => {
                AFTER_REFUSAL
            }
            Fault::Unavailable(_) | Fault::Transport(_) | Fault::Answer(_) => AFTER_TROUBLE,
        };
        let rest = least.max(pause.unwrap_or_default());
        self.failed = Some((fault.clone(), Instant::now() + rest));
        Failed { fault, rest }
    }
}

impl Token {
    fn new(Granted { header, lasts }: Granted) -> Self {
        let lasts = lasts.unwrap_or(UNSAID).min(Duration::from_hours(24));
        Self { header, renew_at: Instant::now() + lasts - (lasts / 10).min(MARGIN) }
    }
}
