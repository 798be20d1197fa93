/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines on standard error: time, level, what happened, and named strings. Never document
 * text, queries or secrets. One write a line, so that lines of several threads don't mix. */
#ifndef STILE_BASE_LOG_H
#define STILE_BASE_LOG_H

#include "stile/status.h"

typedef enum { STILE_LOG_ERROR, STILE_LOG_WARN, STILE_LOG_INFO, STILE_LOG_DEBUG } stile_log_level;

/* What is logged from now on; STILE_LOG_WARN at the start. */
void stile_log_set_level(stile_log_level level);

/* `event` is a fixed dotted name ("ingest.done"); `fmt` gives the message. */
void stile_log(stile_log_level level, const char *event, const char *fmt, ...) STILE_PRINTF(3, 4);

#endif
