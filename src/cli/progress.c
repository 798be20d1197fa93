/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar: one line on stderr, rewritten in place. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/ui.h"

#define BAR 24
#define PAUSE 0.1 /* seconds between two drawings */

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void stile_progress_begin(stile_progress *progress, const char *what, const char *unit,
                          uint64_t total)
{
    const char *term = getenv("TERM");

    *progress = (stile_progress){.what = what, .unit = unit, .total = total, .started = now()};
    progress->visible = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

static void draw_known(const stile_progress *progress, double rate)
{
    double share =
        progress->done < progress->total ? (double)progress->done / (double)progress->total : 1.0;
    char bar[BAR + 1], left[STILE_HUMAN_LEN];
    double remaining = (double)progress->total * (1 - share);

    for (int i = 0; i < BAR; i++)
        bar[i] = i < (int)(share * BAR) ? '#' : '.';
    bar[BAR] = '\0';
    stile_human_duration(rate > 0 ? remaining / rate : -1, left);
    fprintf(stderr, " [%s] %3.0f%%  %" PRIu64 "/%" PRIu64 " %s, %.0f/s, %s left", bar, share * 100,
            progress->done, progress->total, progress->unit, rate, left);
}

/* \r and "erase to the end of the line": the line before may have been longer. */
static void draw(stile_progress *progress, double at)
{
    double elapsed = at - progress->started;
    double rate = elapsed > 0 ? (double)progress->done / elapsed : 0;

    progress->drawn = at;
    fputc('\r', stderr);
    stile_print_stored(stderr, stile_str(progress->what), false); /* often a path */
    if (progress->total)
        draw_known(progress, rate);
    else
        fprintf(stderr, "  %" PRIu64 " %s, %.0f/s", progress->done, progress->unit, rate);
    fputs("\x1b[K", stderr);
    fflush(stderr);
}

void stile_progress_add(stile_progress *progress, uint64_t done)
{
    double at;

    progress->done += done;
    if (!progress->visible)
        return;
    at = now();
    if (at - progress->drawn >= PAUSE)
        draw(progress, at);
}

void stile_progress_end(stile_progress *progress)
{
    if (progress->visible && progress->drawn > 0) {
        fputs("\r\x1b[K", stderr);
        fflush(stderr);
    }
    progress->visible = false;
}
