/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a data directory: stile.yaml, read once at opening. */
#ifndef STILE_PLANE_CONFIG_H
#define STILE_PLANE_CONFIG_H

#include "stile/arena.h"
#include "stile/limits.h"
#include "stile/status.h"

typedef struct stile_config {
    const char *levels[STILE_MAX_LEVELS];
    size_t level_count;
    struct {
        const char *kind, *model_path, *url, *model, *key_file;
        uint32_t dimensions, batch, timeout_ms;
    } embedder;
    struct {
        const char *kind, *url, *model, *key_file; /* kind NULL or "none": no reranker */
        uint32_t candidates, timeout_ms;
    } reranker;
    struct {
        const char *kind, *url, *model, *label, *key_file; /* kind NULL or "none": no judge */
        double threshold;
        uint32_t batch, timeout_ms;
    } judge;
    struct {
        uint32_t ann_rows;
        const char *language;
        double k1, b;        /* BM25 */
        double title_weight; /* of a word in the title, beside one in the text */
    } index;
    struct {
        const char *rules;
        const char
            *frozen; /* labelled JSON lines that a classifier must not do worse on; or NULL */
        double threshold[3]; /* by stile_trust; 0: the shipped one */
        /* a promotion needs so many chunks compared in shadow, and is refused when more than this
           share of them would newly be withheld */
        uint32_t shadow_least;
        double withheld_rise;
        /* a promoted pack is on trial for trial_chunks compared chunks; when, of at least
           spike_least, more than this share is newly withheld, it is rolled back. 1: never */
        uint32_t trial_chunks, spike_least;
        uint32_t rescan_rate; /* documents a second, in the background */
        double spike_rise;
    } scan;
    struct {
        const char *secrets, *personal; /* off, mark or redact */
    } release;
    struct {
        const char *listen;
        uint32_t threads;
    } server;
} stile_config;

/* Defaults, then what `path` says; a missing file gives the defaults. Strings borrow from
 * `arena`. Unknown keys and wrong values are errors with file and line. */
stile_status stile_config_load(const char *path, stile_arena *arena, stile_config *out,
                               stile_error *err) STILE_MUST_CHECK;

/* The commented stile.yaml that `stile init` writes. */
const char *stile_config_template(void);

#endif
