/* SPDX-License-Identifier: Apache-2.0 */
/* The bearer token of an endpoint, kept in a file of its own. */
#ifndef STILE_NET_KEY_FILE_H
#define STILE_NET_KEY_FILE_H

#include "stile/status.h"

/* The token in `path`, less the white space around it. The caller gives it back to
 * stile_key_forget. `what` names the endpoint in errors; the token is never in one. */
stile_status stile_key_read(const char *path, const char *what, char **out,
                            stile_error *err) STILE_MUST_CHECK;
/* Wipe and free; NULL is harmless. */
void stile_key_forget(char *key);

#endif
