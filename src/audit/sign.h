/* SPDX-License-Identifier: Apache-2.0 */
/* The log's Ed25519 keys: key.pem (0600) signs checkpoints, public.pem is all that a verifier
 * needs. A key is immutable after it is loaded; thread-safe. */
#ifndef STILE_AUDIT_SIGN_H
#define STILE_AUDIT_SIGN_H

#include <stdbool.h>

#include "audit/file_hooks.h"
#include "stile/slice.h"
#include "stile/status.h"

#define STILE_SIGNATURE_LEN 64

typedef struct stile_audit_key stile_audit_key;

/* Load the signing key of `folder`; when there is none, make a pair and store it. Caller
 * destroys. */
stile_status stile_audit_key_open(const char *folder, const stile_audit_hooks *hooks,
                                  stile_audit_key **out, stile_error *err) STILE_MUST_CHECK;
/* Load the public half only. */
stile_status stile_audit_key_open_public(const char *folder, stile_audit_key **out,
                                         stile_error *err) STILE_MUST_CHECK;
void stile_audit_key_destroy(stile_audit_key *key);

stile_status stile_audit_sign(const stile_audit_key *key, stile_slice message,
                              unsigned char signature[STILE_SIGNATURE_LEN],
                              stile_error *err) STILE_MUST_CHECK;
/* False for a wrong signature, and when OpenSSL fails: verification fails closed. */
bool stile_audit_signed(const stile_audit_key *key, stile_slice message,
                        const unsigned char signature[STILE_SIGNATURE_LEN]);

#endif
