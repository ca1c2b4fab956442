//! Headers of a signed message as nobody would write them. Only what was signed verifies.

use super::*;
use crate::fuzz::fuzz;

#[test]
fn fuzz_message_signatures() {
    let key = Key::new(b"a secret of 32 bytes, more or less");
    let (now, body) = (1_700_000_000, b"{}".as_slice());
    let good = sign("msg_1", now, body, std::slice::from_ref(&key));
    let words = ["v1,", "v1a,", " ", "msg_1", "1700000000", "=", "+", "."];
    fuzz("message-signatures", &words, |input| {
        // Three lines: the id, the time, and the signature, in which `good` stands for the good one.
        let text = String::from_utf8_lossy(input).replace("good", &good);
        let mut lines = text.splitn(3, '\n');
        let mut line = || lines.next().unwrap_or_default();
        let (id, timestamp, signature) = (line(), line(), line());
        let received = Received { id, timestamp, signature, body };
        match verify(received, std::slice::from_ref(&key), 300, now) {
            Ok(()) => {
                assert!(signature.split(' ').any(|it| it == good), "{text:?} verifies");
                assert_eq!((id, timestamp), ("msg_1", "1700000000"));
                "verified".into()
            }
            Err(error) => error.to_string(),
        }
    });
}
