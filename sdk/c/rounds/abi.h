/// The contract's records as they lie in a component's linear memory, by the canonical ABI.
#ifndef ROUNDS_ABI_H
#define ROUNDS_ABI_H

#include "text.h"

typedef struct abi_option {
  uint8_t is_some;
  rounds_text value;
} abi_option;

typedef struct abi_u32_option {
  uint8_t is_some;
  uint32_t value;
} abi_u32_option;

typedef struct abi_list {
  const void *items;
  size_t count;
} abi_list;

typedef struct abi_context {
  rounds_text action, settings, base_url;
  abi_list allow_origins;
  rounds_text since, now;
  uint8_t interrupted, listing, silent, last_try;
} abi_context;

typedef struct abi_body {
  uint8_t is_bytes;
  rounds_text content;
} abi_body;

typedef struct abi_request {
  uint8_t method;
  rounds_text target;
  abi_list headers;
  uint8_t has_body;
  abi_body body;
} abi_request;

typedef struct abi_response {
  uint16_t status;
  abi_list headers;
  abi_body body;
} abi_response;

typedef struct abi_change {
  rounds_text id;
  uint8_t kind;
  abi_option version, content, key, occurred_at;
  rounds_text data;
} abi_change;

typedef struct abi_unreadable {
  rounds_text place;
  abi_option id;
  rounds_text reason, data;
} abi_unreadable;

typedef struct abi_page {
  abi_list changes, unreadable, notices;
  rounds_text cursor;
  uint8_t more;
} abi_page;

typedef struct abi_notification {
  rounds_text event, payload;
  abi_option memo;
} abi_notification;

typedef struct abi_skipped {
  rounds_text reason;
  abi_option memo;
} abi_skipped;

typedef struct abi_step {
  uint8_t kind;
  union {
    abi_list requests;
    abi_notification notification;
    abi_skipped skipped;
  };
} abi_step;

typedef struct abi_credentials {
  abi_list headers;
  abi_u32_option expires_in;
} abi_credentials;

typedef struct abi_failure {
  uint8_t kind;
  union {
    rounds_text words;
    abi_u32_option pause;
  };
} abi_failure;

typedef struct abi_record_time {
  rounds_text field;
  uint8_t form, unique;
} abi_record_time;

typedef struct abi_record_time_option {
  uint8_t is_some;
  abi_record_time value;
} abi_record_time_option;

typedef struct abi_action {
  rounds_text name, summary;
  abi_list events;
  uint8_t detection;
  uint32_t fastest;
  uint8_t lists;
  abi_record_time_option record_time;
} abi_action;

typedef struct abi_manifest {
  rounds_text name, version, summary;
  abi_list actions;
  rounds_text settings_schema;
  abi_list auth, requests, reads_headers;
} abi_manifest;

/// The result of every function but `describe`.
typedef struct abi_result {
  uint8_t is_failure;
  union {
    abi_request request;
    abi_page page;
    abi_step step;
    abi_credentials credentials;
    abi_failure failure;
  };
} abi_result;

typedef struct poll_arguments {
  abi_context context;
  abi_option cursor;
} poll_arguments;

typedef struct changes_arguments {
  abi_context context;
  abi_option cursor;
  abi_response answer;
} changes_arguments;

typedef struct collect_arguments {
  abi_context context;
  abi_change change;
  abi_option memo;
  abi_list collected;
} collect_arguments;

typedef struct signed_in_arguments {
  abi_context context;
  abi_response answer;
} signed_in_arguments;

_Static_assert(sizeof(abi_context) == 52 && sizeof(abi_response) == 24, "as the contract has it");
_Static_assert(sizeof(abi_request) == 36 && sizeof(abi_change) == 68, "as the contract has it");
_Static_assert(sizeof(abi_page) == 36 && sizeof(abi_unreadable) == 36, "as the contract has it");
_Static_assert(offsetof(abi_context, last_try) == 51 && offsetof(abi_change, key) == 36 &&
                   offsetof(abi_page, cursor) == 24 && offsetof(abi_action, lists) == 32 &&
                   offsetof(abi_action, record_time) == 36,
               "as the contract has it");
_Static_assert(sizeof(abi_step) == 32, "as the contract has it");
_Static_assert(sizeof(abi_failure) == 12 && sizeof(abi_credentials) == 16,
               "as the contract has it");
_Static_assert(sizeof(abi_action) == 52 && sizeof(abi_manifest) == 64, "as the contract has it");

#endif
