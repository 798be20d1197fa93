/* SPDX-License-Identifier: Apache-2.0 */
/* A server over a dispatch that answers with what it was asked, and fails on demand. */
#ifndef STILE_TESTS_HTTP_ECHO_H
#define STILE_TESTS_HTTP_ECHO_H

#include "client.h"

#define ECHO_MAX_BODY ((size_t)4096)

/* With a body cap of ECHO_MAX_BODY, a timeout of two seconds, and no plane. The caller stops it.
 *
 * "/fail/NAME" fails with that status and the text "told: NAME"; "/none" is a known path without
 * the method; "/slow" takes 300 ms; anything else answers
 * "METHOD PATH?QUERY KEY LENGTH FIRST-BYTES-OF-BODY". */
stile_server *echo_start(void);
/* Calls of the dispatch so far, over all servers of the process. */
unsigned echo_calls(void);

#endif
