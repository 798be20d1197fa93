/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets and personal data in text that is about to leave: a class of findings of its own, with a
 * policy of its own. They say nothing about injection and never touch its score.
 *
 * Kinds are a table in sensitive.c, each with a literal that must be there before its pattern is
 * tried, and where a checksum exists (cards, IBANs) it decides. */
#ifndef STILE_SCAN_SENSITIVE_H
#define STILE_SCAN_SENSITIVE_H

#include <stdbool.h>

#include "base/hash.h"
#include "classifiers/pattern.h"
#include "stile/arena.h"
#include "stile/buf.h"

typedef enum {
    STILE_SENSITIVE_SECRET,
    STILE_SENSITIVE_PERSONAL,
    STILE_SENSITIVE_CLASSES
} stile_sensitive_class;
const char *stile_sensitive_class_name(stile_sensitive_class class);

/* What happens to a class in released text. */
typedef enum {
    STILE_REDACT_OFF,   /* not looked for */
    STILE_REDACT_MARK,  /* reported, text unchanged */
    STILE_REDACT_REDACT /* replaced by "[redacted: kind]" */
} stile_redact;
bool stile_redact_parse(stile_slice name, stile_redact *out);

#define STILE_MAX_REDACTION 64 /* bytes that stand for one hit */

typedef struct stile_sensitive stile_sensitive; /* compiled; immutable, thread-safe */

/* Caller destroys. */
stile_status stile_sensitive_create(stile_sensitive **out, stile_error *err) STILE_MUST_CHECK;
void stile_sensitive_destroy(stile_sensitive *sensitive);
/* Of every kind's name, pattern and check: belongs into the scan version. */
stile_status stile_sensitive_digest(stile_sha256 *out, stile_error *err) STILE_MUST_CHECK;

typedef struct stile_sensitive_hit {
    stile_sensitive_class class;
    const char *kind; /* static: "github-token" */
    size_t start, end;
} stile_sensitive_hit;

/* All that `policy[class]` looks for, in order and apart, in `arena`. Work is bounded; where the
 * bound is hit, *out is one hit of kind "too-much-to-look-for" over the whole text: what was not
 * looked at is not released. */
stile_status stile_sensitive_find(const stile_sensitive *sensitive, stile_matcher *matcher,
                                  const stile_redact policy[STILE_SENSITIVE_CLASSES],
                                  stile_slice text, stile_arena *arena, stile_sensitive_hit **out,
                                  size_t *count, stile_error *err) STILE_MUST_CHECK;

/* Append `text` with the hits of classes that are to be redacted replaced. */
void stile_sensitive_write(stile_slice text, const stile_sensitive_hit *hits, size_t count,
                           const stile_redact policy[STILE_SENSITIVE_CLASSES], stile_buf *out);

#endif
