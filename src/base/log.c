/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static _Atomic int log_level = STILE_LOG_WARN;

void stile_log_set_level(stile_log_level level)
{
    atomic_store(&log_level, (int)level);
}

/* Append `text` as the inside of a JSON string; invalid UTF-8 cannot come from our own texts,
 * but paths may hold any byte, so bytes past ASCII that do not fit are shown as '?'. */
static size_t add_escaped(char *out, size_t at, size_t size, const char *text)
{
    for (; *text && at + 7 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            out[at++] = '\\';
            out[at++] = (char)c;
        } else if (c < 0x20) {
            at += (size_t)snprintf(out + at, size - at, "\\u%04x", c);
        } else {
            out[at++] = c < 0x80 ? (char)c : '?';
        }
    }
    return at;
}

void stile_log(stile_log_level level, const char *event, const char *fmt, ...)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    char message[STILE_ERROR_TEXT], line[2 * STILE_ERROR_TEXT + 128], when[32];
    struct timespec now;
    struct tm utc;
    va_list args;
    size_t at;

    if ((int)level > atomic_load(&log_level))
        return;
    va_start(args, fmt);
    (void)vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
    at =
        (size_t)snprintf(line, sizeof line,
                         "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"event\":\"%s\",\"message\":\"",
                         when, now.tv_nsec / 1000000, names[level], event);
    at = add_escaped(line, at, sizeof line - 4, message);
    line[at++] = '"';
    line[at++] = '}';
    line[at++] = '\n';
    if (write(STDERR_FILENO, line, at) < 0) {
        /* Nowhere left to say it. */
    }
}
