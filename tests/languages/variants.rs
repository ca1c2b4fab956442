//! What a README tells beside its main way: JavaScript for TypeScript, C++ for C, zig for clang.

use crate::support::{Site, assert_fits, real::Tools, script};

/// Has a new project of a language built and tested, with further commands of its own first.
async fn made(language: &str, own: &str, variables: &[(&'static str, &str)]) {
    let tools = Tools::ready();
    let site = Site::new(&[]).await;
    let commands = format!(
        "rounds connector new my-ehr --lang {language}\n\
         cd my-ehr\n{own}\ncd ..\n\
         rounds connector build my-ehr\n\
         rounds connector test my-ehr.wasm\n\
         rounds connector inspect my-ehr.wasm"
    );
    let further = variables.iter().map(|(name, value)| (*name, (*value).into()));
    let variables: Vec<_> = tools.variables().into_iter().chain(further).collect();
    let said = script(&site.path(""), &commands, &variables).await;
    assert_eq!(said.code, Some(0), "{language}: {}\n{}", said.out, said.error);
    assert_fits("*; 0 findings, *", &said.out);
}

#[tokio::test]
async fn a_connector_is_written_in_javascript() {
    made("javascript", "npm install\nnpm test", &[]).await;
}

#[tokio::test]
async fn a_connector_is_written_in_cpp() {
    let native = "mkdir -p build\n\
                  cc -c vendor/rounds-sdk/rounds.c -o build/rounds.o\n\
                  c++ -std=c++17 @compile_flags.txt my-ehr.cpp tests/my-ehr_test.cpp \
                  build/rounds.o -o build/test\n\
                  build/test";
    made("cpp", native, &[("CC", "zig cc")]).await;
}

#[tokio::test]
async fn a_connector_in_c_is_built_by_zig() {
    made("c", "", &[("CC", "zig cc")]).await;
}
