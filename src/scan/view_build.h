/* SPDX-License-Identifier: Apache-2.0 */
/* Making a view: bytes with the way back. A builder may stand on another view (its base), whose own
 * way back is then followed, so that every piece points into the original. */
#ifndef STILE_SCAN_VIEW_BUILD_H
#define STILE_SCAN_VIEW_BUILD_H

#include "scan/scan_view.h"
#include "scan/view_channel.h"
#include "scan/view_survey.h"
#include "stile/buf.h"

typedef struct stile_view_builder {
    stile_arena *arena;
    const stile_scan_view *base; /* NULL: offsets given are the original's */
    stile_buf text;
    stile_view_piece *pieces;
    size_t count, size;
    bool failed; /* memory ran out */
} stile_view_builder;

void stile_view_builder_init(stile_view_builder *b, stile_arena *arena, const stile_scan_view *base,
                             size_t cap);
void stile_view_builder_release(stile_view_builder *b);
/* Room for so many bytes at once. Before any is added. */
void stile_view_expect(stile_view_builder *b, size_t len);

/* Append `len` bytes that came, one by one, from base bytes [start, start + len). */
void stile_view_add_exact(stile_view_builder *b, size_t start, const char *bytes, size_t len);
/* Append `len` bytes that came, as a whole, from base bytes [start, start + from). */
void stile_view_add_as(stile_view_builder *b, size_t start, size_t from, const char *bytes,
                       size_t len);

/* Append `len` bytes of `from`'s text, or of the original when that is NULL, to what was gathered before,
 * parted so that no rule's gap between two words reaches across. */
void stile_view_gather(stile_view_builder *b, const stile_scan_view *from, size_t start,
                       const char *bytes, size_t len);

/* The finished view, copied into the arena. The builder is released. */
stile_status stile_view_finish(stile_view_builder *b, stile_view_kind kind, const char *how,
                               stile_scan_view *out, stile_error *err) STILE_MUST_CHECK;

/* The list of views being gathered. */
#define STILE_MAX_VIEWS 96
typedef struct stile_view_list {
    stile_scan_view views[STILE_MAX_VIEWS];
    size_t count;
    const char *limited;
    stile_view_survey survey; /* of the raw text */
    stile_channel_list channels;
} stile_view_list;
/* Adds a copy; past the most, notes the limit and drops it. */
void stile_view_list_add(stile_view_list *list, const stile_scan_view *view);

/* The views as a survey allows them; one that rules nothing out has every reading tried. For tests. */
stile_status stile_scan_views_surveyed(stile_slice text, const stile_view_survey *survey,
                                       stile_arena *arena, stile_scan_views *out,
                                       stile_error *err) STILE_MUST_CHECK;

/* `view` normalized, as a view of the same kind. */
stile_status stile_view_normalize(const stile_scan_view *view, stile_arena *arena,
                                  stile_scan_view *out, stile_error *err) STILE_MUST_CHECK;
/* The ASCII letter that a letter of another script is read as among ASCII letters; 0: none. */
char stile_look_alike(uint32_t cp);
/* Spaced-out letters joined: part of stile_view_fold. */
stile_status stile_view_join_spaced(const stile_scan_view *raw, stile_arena *arena,
                                    stile_view_list *list, stile_error *err) STILE_MUST_CHECK;
/* Further readings of the raw text, each added only when it differs: spaced-out letters joined,
 * letters for look-alike digits. */
stile_status stile_view_fold(const stile_scan_view *raw, const stile_scan_view *normalized,
                             stile_arena *arena, stile_view_list *list,
                             stile_error *err) STILE_MUST_CHECK;
stile_status stile_view_decode(const stile_scan_view *raw, const stile_scan_view *normalized,
                               stile_arena *arena, stile_view_list *list,
                               stile_error *err) STILE_MUST_CHECK;
stile_status stile_view_extract(const stile_scan_view *raw, stile_arena *arena,
                                stile_view_list *list, stile_error *err) STILE_MUST_CHECK;
/* Codes and quoted-printable (view_codes.h). */
stile_status stile_view_codes(const stile_scan_view *raw, stile_arena *arena, stile_view_list *list,
                              stile_error *err) STILE_MUST_CHECK;
/* Channels of the raw text. */
void stile_view_channels(stile_slice text, const stile_view_survey *survey,
                         stile_channel_list *list);

#endif
