/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan_view.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "scan/view_build.h"
#include "scan/view_orders.h"

const char *stile_view_kind_name(stile_view_kind kind)
{
    static const char *const names[STILE_VIEW_KINDS] = {"raw", "normalized", "decoded",
                                                        "extracted"};
    return (unsigned)kind < STILE_VIEW_KINDS ? names[kind] : "raw";
}

static stile_status make_raw(stile_slice text, stile_arena *arena, stile_scan_view *out,
                             stile_error *err)
{
    stile_view_piece *piece = stile_arena_alloc(arena, sizeof *piece);

    if (!piece)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    *piece = (stile_view_piece){0, 0, (uint32_t)text.len, true};
    *out = (stile_scan_view){STILE_VIEW_RAW, "", text, piece, 1};
    return STILE_OK;
}

static stile_status make_plain(stile_slice text, const stile_view_survey *survey,
                               stile_arena *arena, stile_view_list *list, stile_scan_view *raw,
                               stile_scan_view *normalized, stile_error *err)
{
    stile_status st;

    if ((st = make_raw(text, arena, raw, err)) ||
        (st = stile_view_normalize(raw, arena, normalized, err)))
        return st;
    list->survey = *survey;
    list->views[list->count++] = *raw;
    list->views[list->count++] = *normalized;
    return stile_view_fold(raw, normalized, arena, list, err);
}

/* Markup is looked for in every format: a text may well carry some. */
static stile_status make_hidden(stile_slice text, stile_arena *arena, stile_view_list *list,
                                const stile_scan_view *raw, const stile_scan_view *normalized,
                                stile_scan_views *out, stile_error *err)
{
    stile_status st;

    if ((st = stile_view_decode(raw, normalized, arena, list, err)) ||
        (st = stile_view_codes(raw, arena, list, err)) ||
        (st = stile_view_extract(raw, arena, list, err)))
        return st;
    if (!list->survey.ascii)
        stile_view_add_styled_orders(normalized, list);
    stile_view_channels(text, &list->survey, &list->channels);
    out->channel_count = list->channels.count;
    out->channels = stile_arena_array(arena, out->channel_count, sizeof *out->channels);
    if (!out->channels)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    if (out->channel_count)
        memcpy(out->channels, list->channels.found, out->channel_count * sizeof *out->channels);
    return STILE_OK;
}

static stile_status make_views(stile_slice text, const stile_view_survey *survey, bool hidden,
                               stile_arena *arena, stile_scan_views *out, stile_error *err)
{
    stile_view_list list; /* not zeroed: most of it stays unused */
    stile_scan_views views = {0};
    stile_scan_view raw, normalized;
    stile_status st;

    list.count = list.channels.count = 0;
    list.limited = NULL;
    if (text.len > UINT32_MAX / 4)
        st = stile_fail(err, STILE_TOO_LARGE, "scan: a text of %zu bytes", text.len);
    else if (!(st = make_plain(text, survey, arena, &list, &raw, &normalized, err)) && hidden)
        st = make_hidden(text, arena, &list, &raw, &normalized, &views, err);
    if (!st && !(views.views = stile_arena_array(arena, list.count, sizeof *views.views)))
        st = stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    if (!st) {
        memcpy(views.views, list.views, list.count * sizeof *views.views);
        views.count = list.count;
        views.limited = list.limited;
        *out = views;
    }
    return st;
}

stile_status stile_scan_views_make(stile_slice text, stile_format format, stile_arena *arena,
                                   stile_scan_views *out, stile_error *err)
{
    stile_view_survey survey = stile_view_survey_of(text);

    (void)format;
    return make_views(text, &survey, true, arena, out, err);
}

stile_status stile_scan_views_surveyed(stile_slice text, const stile_view_survey *survey,
                                       stile_arena *arena, stile_scan_views *out, stile_error *err)
{
    return make_views(text, survey, true, arena, out, err);
}

stile_status stile_scan_views_plain(stile_slice text, stile_arena *arena, stile_scan_views *out,
                                    stile_error *err)
{
    stile_view_survey survey = stile_view_survey_of(text);

    return make_views(text, &survey, false, arena, out, err);
}

static bool fault(const char **why, const char *what)
{
    *why = what;
    return false;
}

static bool validate_view(const stile_scan_view *view, stile_slice original, const char **why)
{
    if (stile_utf8_valid(view->text) != view->text.len)
        return fault(why, "a view is not UTF-8");
    for (size_t i = 0; i < view->piece_count; i++) {
        const stile_view_piece *p = &view->pieces[i];
        size_t next = i + 1 < view->piece_count ? p[1].at : view->text.len;
        if (p->start > original.len || p->len > original.len - p->start)
            return fault(why, "a piece points outside the original");
        if (p->at > view->text.len || next < p->at || (i == 0 && p->at != 0))
            return fault(why, "pieces are not in order");
        if (p->exact && next - p->at != p->len)
            return fault(why, "an exact piece is not as long as what it came from");
    }
    if (view->text.len && view->piece_count == 0)
        return fault(why, "a view without pieces");
    return true;
}

bool stile_scan_views_validate(const stile_scan_views *views, stile_slice original,
                               const char **why)
{
    if (views->count < 2 || views->views[0].kind != STILE_VIEW_RAW ||
        views->views[1].kind != STILE_VIEW_NORMALIZED)
        return fault(why, "raw and normalized come first");
    for (size_t i = 0; i < views->count; i++)
        if (!validate_view(&views->views[i], original, why))
            return false;
    for (size_t i = 0; i < views->channel_count; i++)
        if (views->channels[i].start >= views->channels[i].end ||
            views->channels[i].end > original.len)
            return fault(why, "a channel outside the original");
    return true;
}
