/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer, as libmicrohttpd brings them: its callbacks, and nothing of the
 * daemon's life (server.c).
 *
 * The order of the callbacks: `begin` with the raw URI, `step` for the head, `step` for each piece
 * of the body, `step` at its end, `end`. An exchange belongs to one connection and is touched by
 * its thread alone. */
#ifndef STILE_HTTP_EXCHANGE_H
#define STILE_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "http/server.h"

/* What the exchanges of one server share. */
typedef struct stile_exchanges {
    /* immutable */
    stile_plane *plane;
    stile_server_dispatch dispatch;
    size_t max_body, max_bodies;
    /* atomic */
    atomic_size_t bodies; /* bytes of body held now */
    atomic_uint running;  /* exchanges begun and not ended */
    atomic_bool stopping; /* answers close their connections */
} stile_exchanges;

/* MHD_OPTION_URI_LOG_CALLBACK; `ctx` is the stile_exchanges. Gives the exchange, or NULL when
 * memory ran out. */
void *stile_exchange_begin(void *ctx, const char *uri, struct MHD_Connection *connection);
/* The access handler. */
enum MHD_Result stile_exchange_step(void *ctx, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *data,
                                    size_t *data_len, void **exchange);
/* MHD_OPTION_NOTIFY_COMPLETED. */
void stile_exchange_end(void *ctx, struct MHD_Connection *connection, void **exchange,
                        enum MHD_RequestTerminationCode why);

#endif
