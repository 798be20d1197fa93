/* SPDX-License-Identifier: Apache-2.0 */
#include "stile/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *text;
    int exit_code;
} statuses[STILE_STATUS_COUNT] = {
#define STILE_STATUS_ROW(name, text, code) {#name, text, code},
    STILE_STATUS_MAP(STILE_STATUS_ROW)
#undef STILE_STATUS_ROW
};

static stile_status known(stile_status status)
{
    return (unsigned)status < STILE_STATUS_COUNT ? status : STILE_INTERNAL;
}

const char *stile_status_name(stile_status status)
{
    return statuses[known(status)].name;
}

const char *stile_status_text(stile_status status)
{
    return statuses[known(status)].text;
}

int stile_status_exit_code(stile_status status)
{
    return statuses[known(status)].exit_code;
}

#undef stile_fail /* what the analyzer is told; this is the function */
stile_status stile_fail(stile_error *err, stile_status status, const char *fmt, ...)
{
    va_list args;

    if (err) {
        err->status = status;
        va_start(args, fmt);
        (void)vsnprintf(err->text, sizeof err->text, fmt, args);
        va_end(args);
    }
    return status;
}

stile_status stile_fail_in(stile_error *err, stile_status status, const char *fmt, ...)
{
    char prefix[STILE_ERROR_TEXT / 2];
    char rest[STILE_ERROR_TEXT];
    va_list args;

    if (!err)
        return status;
    va_start(args, fmt);
    (void)vsnprintf(prefix, sizeof prefix, fmt, args);
    va_end(args);
    memcpy(rest, err->text, sizeof rest);
    return stile_fail(err, err->status ? err->status : status, "%s: %s", prefix, rest);
}
