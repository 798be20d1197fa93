/* SPDX-License-Identifier: Apache-2.0 */
/* What people see: progress, colours, tables, and stored text made safe for a terminal. */
#ifndef STILE_CLI_UI_H
#define STILE_CLI_UI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "stile/slice.h"
#include "stile/status.h"

/* Colours are on when `stream` is a terminal, NO_COLOR is not set and TERM is not "dumb". */
typedef enum {
    STILE_PLAIN,
    STILE_BOLD,
    STILE_DIM,
    STILE_RED,
    STILE_GREEN,
    STILE_YELLOW,
    STILE_BLUE
} stile_style;
/* Print `fmt` in a style; plain where colours are off. */
void stile_print(FILE *stream, stile_style style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* No colours from now on (--no-color). */
void stile_colours_off(void);

/* "1.5 MiB", "3 B"; "4 min 10 s", "0.25 s". `out` holds STILE_HUMAN_LEN bytes. */
#define STILE_HUMAN_LEN 32
void stile_human_size(uint64_t bytes, char *out);
void stile_human_duration(double seconds, char *out);

/* Stored text as a terminal may safely get it: control characters, escapes, bidi overrides and
 * other invisible characters shown as \x1b or \u{202e}; line breaks kept when `lines`. */
void stile_print_stored(FILE *stream, stile_slice text, bool lines);

/* A progress bar on stderr, only when it is a terminal; one line, rewritten at most ten times a
 * second, removed by _end. `unit` is plural ("documents"). total 0: unknown. */
typedef struct stile_progress {
    const char *what, *unit;
    uint64_t total, done;
    double started, drawn; /* seconds */
    bool visible;
} stile_progress;
void stile_progress_begin(stile_progress *progress, const char *what, const char *unit,
                          uint64_t total);
void stile_progress_add(stile_progress *progress, uint64_t done);
void stile_progress_end(stile_progress *progress);

/* A table with aligned columns (by display width). `cells` is [rows][columns]; NULL prints "-".
 * Cells are made safe as stile_print_stored does. */
void stile_print_table(FILE *stream, const char *const *headings, size_t columns,
                       const char *const *cells, size_t rows);

/* A string member of a reply, borrowed; `otherwise` when there is none. */
const char *stile_reply_text(const json_t *reply, const char *member, const char *otherwise);

/* One JSON value and a newline on stdout; gives 0, or 1 when it cannot be written. */
int stile_print_json(const json_t *json);

/* Print "stile: message" on stderr (red where there is colour) and give the exit code of the
 * status. */
int stile_report(const stile_error *err);

#endif
