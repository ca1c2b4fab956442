//! Credentials: who gets them, how often they are asked for, and what a refusal does.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa,
};
use data_encoding::BASE64_MIME;
use futures_util::future::join_all;
use jsonwebtoken::{DecodingKey, Validation};
use serde::Deserialize;

use super::{
    server::{Act, say},
    *,
};
use crate::config::{
    Auth, Secret,
    auth::{BackendServices, ClientAuth, ClientCredentials},
};

fn signed_in(server: &Server, auth: Auth) -> Client {
    client(Options { auth, ..options(&server.url("/fhir")) })
}

fn client_credentials(server: &Server) -> Auth {
    let token_url = Url::parse(&server.url("/token")).unwrap();
    let client = ClientCredentials::new(token_url, "rounds:1", Secret::new("hunter2 &"));
    let scope = Some("system/*.read".to_owned());
    Auth::ClientCredentials(ClientCredentials { scope, ..client })
}

fn token(number: usize) -> Act {
    let body = format!(r#"{{"access_token":"t{number}","token_type":"bearer","expires_in":300}}"#);
    say(200, "", &body)
}

/// An EHR that gives tokens `t1`, `t2`… and takes those that `good` says.
async fn ehr(good: fn(usize) -> bool) -> Server {
    let given = AtomicUsize::new(0);
    Server::start(move |request, _| {
        if request.starts_with("POST /token") {
            return token(given.fetch_add(1, Ordering::SeqCst) + 1);
        }
        let number = request.split("Bearer t").nth(1).and_then(|rest| rest.split('\r').next());
        let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
        say(if good(number) { 200 } else { 401 }, "", "")
    })
    .await
}

fn asked_for_tokens(server: &Server) -> usize {
    server.heard().iter().filter(|request| request.starts_with("POST /token")).count()
}

#[tokio::test]
async fn what_never_changes_is_added() {
    let basic = Auth::Basic { user: "rounds".to_owned(), password: Secret::new("hunter2") };
    let header = Auth::Header { name: "x-api-key".to_owned(), value: Secret::new("hunter2") };
    for (auth, line) in [
        (basic, "authorization: Basic cm91bmRzOmh1bnRlcjI=\r\n"),
        (Auth::Bearer { token: Secret::new("hunter2") }, "authorization: Bearer hunter2\r\n"),
        (header, "x-api-key: hunter2\r\n"),
    ] {
        let server = Server::always(401, "", "").await;
        assert_eq!(signed_in(&server, auth).send(&get("/x")).await.unwrap().status, 401);
        assert!(server.heard()[0].contains(line), "{line}");
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn the_connector_cannot_set_the_credentials_header() {
    let server = Server::always(200, "", "").await;
    let auth = Auth::Header { name: "x-api-key".to_owned(), value: Secret::new("hunter2") };
    let request = Request { headers: vec![("X-API-Key".into(), "mine".into())], ..get("/x") };
    let error = signed_in(&server, auth).send(&request).await.unwrap_err();
    assert_eq!(failure(&error), "Reserved(\"x-api-key\")");
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_kept() {
    let server = ehr(|_| true).await;
    let client = signed_in(&server, client_credentials(&server));
    let request = get("/x");
    for answer in join_all((0..20).map(|_| client.send(&request))).await {
        assert_eq!(answer.unwrap().status, 200);
    }
    client.send(&request).await.unwrap();
    assert_eq!((asked_for_tokens(&server), server.heard().len()), (1, 22));
    let asked = &server.heard()[0];
    // Both parts are form-encoded before they are put together (RFC 6749, 2.3.1).
    assert!(asked.contains("authorization: Basic cm91bmRzJTNBMTpodW50ZXIyKyUyNg==\r\n"), "{asked}");
    assert!(asked.ends_with("grant_type=client_credentials&scope=system%2F*.read"), "{asked}");
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_all() {
    let server = ehr(|number| number > 1).await;
    let client = signed_in(&server, client_credentials(&server));
    let request = get("/x");
    for answer in join_all((0..20).map(|_| client.send(&request))).await {
        assert_eq!(answer.unwrap().status, 200);
    }
    assert_eq!(asked_for_tokens(&server), 2);
}

#[tokio::test]
async fn a_second_401_is_an_answer_and_asks_for_no_more_tokens() {
    let server = ehr(|_| false).await;
    let client = signed_in(&server, client_credentials(&server));
    for _ in 0..5 {
        assert_eq!(client.send(&get("/x")).await.unwrap().status, 401);
    }
    assert_eq!(asked_for_tokens(&server), 2);
}

#[tokio::test]
async fn refused_credentials_are_not_tried_again_at_once() {
    let body = r#"{"error":"invalid_client","error_description":"hunter2"}"#;
    let server = Server::always(400, "", body).await;
    let client = signed_in(&server, client_credentials(&server));
    let request = get("/Patient");
    for answer in join_all((0..20).map(|_| client.send(&request))).await {
        let error = answer.unwrap_err();
        assert_eq!(failure(&error), "Refused { status: 400, code: Some(\"invalid_client\") }");
        assert!(matches!(error.retry(), Retry::After(rest) if rest > Duration::from_secs(20)));
    }
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_token_endpoint_in_trouble_is_asked_later() {
    for (status, headers, body, fault) in [
        (500, "", "oops", "Unavailable(500)"),
        (429, "", "", "Unavailable(429)"),
        (302, "location: /elsewhere\r\n", "", "Redirected(302)"),
        (200, "", r#"{"access_token":""}"#, "Unreadable"),
        (
            200,
            "",
            r#"{"error":"invalid_scope"}"#,
            "Refused { status: 200, code: Some(\"invalid_scope\") }",
        ),
        (200, "", "<html>hunter2</html>", "Unreadable"),
        (200, "", r#"{"access_token":"a\nb"}"#, "Unreadable"),
        (200, "", r#"{"access_token":"hunter2","token_type":"mac"}"#, "Unreadable"),
        (403, "", "hunter2", "Refused { status: 403, code: None }"),
        (400, "", r#"{"error":"hunter2"}"#, "Refused { status: 400, code: None }"),
    ] {
        let server = Server::always(status, headers, body).await;
        let client = signed_in(&server, client_credentials(&server));
        for _ in 0..2 {
            let error = client.send(&get("/x")).await.unwrap_err();
            assert_eq!(failure(&error), fault);
            assert!(matches!(error.retry(), Retry::After(_)));
        }
        assert_eq!(server.heard().len(), 1);
    }
    let silent = Server::start(|_, _| Act::Stall(String::new())).await;
    let error = signed_in(&silent, client_credentials(&silent)).send(&get("/x")).await.unwrap_err();
    assert_eq!(failure(&error), "Transport(Timeout(1s))");
    let cut =
        Server::start(|_, _| Act::Close("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".into()));
    let cut = cut.await;
    let error = signed_in(&cut, client_credentials(&cut)).send(&get("/x")).await.unwrap_err();
    assert_eq!(failure(&error), "Answer(Truncated)");
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    jti: String,
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = BASE64_MIME.encode(der).replace('\r', "");
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.trim_end())
}

fn rsa_key() -> (String, DecodingKey) {
    let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let public: PublicKeyX509Der<'_> =
        aws_lc_rs::signature::KeyPair::public_key(&pair).as_der().unwrap();
    let public = pem("PUBLIC KEY", public.as_ref());
    (pem("PRIVATE KEY", der.as_ref()), DecodingKey::from_rsa_pem(public.as_bytes()).unwrap())
}

fn ec_key() -> (String, DecodingKey) {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let public = pair.public_key_pem();
    (pair.serialize_pem(), DecodingKey::from_ec_pem(public.as_bytes()).unwrap())
}

/// The claims and the header's `kid` and `jku` of the assertion in a request for a token.
fn assertion(request: &str, key: &DecodingKey, algorithm: jsonwebtoken::Algorithm) -> Claims {
    let body = request.split("\r\n\r\n").nth(1).unwrap();
    let form: Vec<(String, String)> =
        url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| form.iter().find(|(key, _)| key == name).unwrap().1.clone();
    assert_eq!(field("grant_type"), "client_credentials");
    assert_eq!(field("scope"), "system/*.read");
    assert_eq!(
        field("client_assertion_type"),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    let mut validation = Validation::new(algorithm);
    validation.validate_aud = false;
    let decoded =
        jsonwebtoken::decode::<Claims>(field("client_assertion"), key, &validation).unwrap();
    assert_eq!(decoded.header.kid.as_deref(), Some("k1"));
    assert_eq!(decoded.header.jku.as_deref(), Some("https://rounds.example/jwks.json"));
    decoded.claims
}

#[tokio::test]
async fn a_backend_service_proves_itself_with_its_key() {
    use jsonwebtoken::Algorithm::{ES384, RS384};
    for ((pem, key), algorithm) in [(rsa_key(), RS384), (ec_key(), ES384)] {
        let server = ehr(|number| number == 2).await;
        let token_url = Url::parse(&server.url("/token")).unwrap();
        let mut service =
            BackendServices::new(token_url.clone(), "rounds", Secret::new(pem)).unwrap();
        service.key_id = Some("k1".to_owned());
        service.jku = Some(Url::parse("https://rounds.example/jwks.json").unwrap());
        let client = signed_in(&server, Auth::BackendServices(service));
        assert_eq!(client.send(&get("/x")).await.unwrap().status, 200);
        let heard = server.heard();
        let asked = heard.iter().filter(|request| request.starts_with("POST /token"));
        let claims: Vec<Claims> =
            asked.map(|request| assertion(request, &key, algorithm)).collect();
        let [first, second] = &claims[..] else { panic!("two tokens") };
        assert_eq!((first.iss.as_str(), first.sub.as_str()), ("rounds", "rounds"));
        assert_eq!(first.aud, token_url.as_str());
        assert!(first.exp > first.iat && first.exp - first.iat <= 300);
        assert!(first.jti.len() >= 20 && first.jti != second.jti);
    }
}

#[test]
fn a_key_that_cannot_sign_is_told_at_the_start() {
    let token_url = Url::parse("https://ehr.example/token").unwrap();
    let (pem, _) = ec_key();
    let mut service = BackendServices::new(token_url, "rounds", Secret::new(pem)).unwrap();
    service.algorithm = crate::config::auth::Algorithm::Rs384;
    let options =
        Options { auth: Auth::BackendServices(service), ..options("https://ehr.example") };
    assert_eq!(failure(&Client::new(&Network::new(), options).unwrap_err()), "Key(\"RS384\")");
}

#[tokio::test]
async fn what_a_token_endpoint_wants_to_be_told_it_is_told() {
    let server = Server::start(|request, _| {
        let form = request.split("\r\n\r\n").nth(1).unwrap_or_default();
        let is_known = form.contains("client_id=rounds%3A1&client_secret=hunter2+%26");
        let path = request.split(' ').nth(1).unwrap_or_default();
        match (path, is_known && form.contains("audience=urn%3Aehr+1")) {
            ("/token", true) if !request.contains("authorization:") => say(
                200,
                "",
                r#"{"access_token":"t1","token_type":"BearerToken","expires_in":"300"}"#,
            ),
            ("/token", _) => say(401, "", r#"{"error":"invalid_client"}"#),
            _ => say(200, "", "in"),
        }
    })
    .await;
    let Auth::ClientCredentials(basic) = client_credentials(&server) else { unreachable!() };
    let parameters = [("audience".to_owned(), "urn:ehr 1".to_owned())].into();
    let post = ClientCredentials { client_auth: ClientAuth::Post, parameters, ..basic.clone() };
    let client = signed_in(&server, Auth::ClientCredentials(post));
    assert_eq!(client.send(&get("/x")).await.unwrap().body, "in");
    assert!(server.heard()[1].contains("authorization: Bearer t1"));
    let error =
        signed_in(&server, Auth::ClientCredentials(basic)).send(&get("/x")).await.unwrap_err();
    assert!(error.to_string().contains("`client_auth`"), "{error}");
}
