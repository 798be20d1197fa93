/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting an input into pieces for a judge, and its scores back into findings. Pieces are of the raw
 * text, which is what such models were fitted on, and of what decoding and extracting brought to
 * light; all of one input go out in one call. */
#include "scan/judge.h"

#include "scan/scan_view.h"

#define LIMIT_WEIGHT 0.3

void stile_judge_destroy(stile_judge *judge)
{
    if (judge)
        judge->type->destroy(judge);
}

typedef struct piece {
    stile_slice text;
    uint32_t start, end; /* in the field's original text */
    uint8_t field, view;
} piece;

typedef struct cutting {
    piece *pieces;
    size_t count;
    bool full;
    uint8_t full_field; /* where there was no room any more */
} cutting;

static bool is_boundary(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The greatest cut in (from, most], behind white space if there is any in the second half, else
 * before a character. */
static size_t cut_before(stile_slice text, size_t from, size_t most)
{
    size_t at = most;

    if (most >= text.len)
        return text.len;
    while (at > from + (most - from) / 2 && !is_boundary(text.ptr[at - 1]))
        at--;
    if (is_boundary(text.ptr[at - 1]))
        return at;
    for (at = most; at > from + 1 && ((unsigned char)text.ptr[at] & 0xc0) == 0x80; at--)
        ;
    return at;
}

static bool is_blank(stile_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_boundary(text.ptr[i]))
            return false;
    return true;
}

static void cut_view(cutting *c, const stile_scan_view *view, stile_field field)
{
    stile_slice text = view->text;

    for (size_t at = 0; at < text.len;) {
        size_t end = cut_before(text, at, at + STILE_JUDGE_PIECE);
        piece p = {.text = stile_slice_cut(text, at, end),
                   .field = (uint8_t)field,
                   .view = (uint8_t)view->kind};
        if (!is_blank(p.text)) {
            if (c->count == STILE_JUDGE_PIECES) {
                c->full = true;
                c->full_field = (uint8_t)field;
                return;
            }
            stile_scan_view_origin(view, (uint32_t)at, (uint32_t)end, &p.start, &p.end);
            c->pieces[c->count++] = p;
        }
        if (end == text.len)
            return;
        at = cut_before(text, at, at + STILE_JUDGE_STRIDE);
    }
}

static stile_status cut_field(cutting *c, const stile_scan_input *input, stile_field field,
                              stile_arena *arena, stile_error *err)
{
    bool source = field == STILE_FIELD_SOURCE;
    stile_format format = source || field == STILE_FIELD_TEXT ? input->format : STILE_FORMAT_TEXT;
    stile_scan_views views;
    stile_status st;

    if (input->field[field].len == 0)
        return STILE_OK;
    if ((st = stile_scan_views_make(input->field[field], format, arena, &views, err)))
        return st;
    for (size_t i = 0; i < views.count; i++) {
        const stile_scan_view *view = &views.views[i];
        /* Of the source, only what the text does not show. */
        if (view->kind != STILE_VIEW_NORMALIZED && !(source && view->kind == STILE_VIEW_RAW))
            cut_view(c, view, field);
    }
    return STILE_OK;
}

/* From .5 at the threshold, where it flags an external source, to .9. In thousandths, so that the
 * last bits of a model's arithmetic do not show. */
static float weight_of(double score, double threshold)
{
    double above = (score - threshold) / (1 - threshold);

    return (float)((500 + (int)(400 * (above < 1 ? above : 1))) / 1000.0);
}

static size_t findings_of(const stile_judge *judge, const cutting *c, const double *scores,
                          const stile_scan_input *input, stile_finding *out)
{
    size_t count = 0;

    for (size_t i = 0; i < c->count; i++)
        if (scores[i] >= judge->threshold)
            out[count++] = (stile_finding){.family = "classifier",
                                           .rule = "judge",
                                           .weight = weight_of(scores[i], judge->threshold),
                                           .severity = 2,
                                           .action = STILE_ACTION_STRIP,
                                           .field = c->pieces[i].field,
                                           .view = c->pieces[i].view,
                                           .start = c->pieces[i].start,
                                           .end = c->pieces[i].end};
    if (c->full)
        out[count++] = (stile_finding){.family = STILE_FAMILY_LIMIT,
                                       .rule = "judge-pieces",
                                       .weight = (float)LIMIT_WEIGHT,
                                       .severity = 1,
                                       .action = STILE_ACTION_STRIP,
                                       .field = c->full_field,
                                       .end = (uint32_t)input->field[c->full_field].len};
    return count;
}

static stile_status ask(stile_judge *judge, const cutting *c, stile_arena *arena, double *scores,
                        stile_error *err)
{
    stile_slice *texts = stile_arena_array(arena, c->count, sizeof *texts);
    stile_status st;

    if (!texts)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (size_t i = 0; i < c->count; i++)
        texts[i] = c->pieces[i].text;
    if ((st = judge->type->ask(judge, texts, c->count, scores, err)))
        return st;
    for (size_t i = 0; i < c->count; i++)
        if (!(scores[i] >= 0 && scores[i] <= 1))
            return stile_fail(err, STILE_UNAVAILABLE, "judge: a score that is none");
    return STILE_OK;
}

stile_status stile_judge_scan(stile_judge *judge, const stile_scan_input *input, stile_arena *arena,
                              stile_finding **out, size_t *count, stile_error *err)
{
    /* The source last: it is the longest, and is not released. */
    static const stile_field fields[] = {STILE_FIELD_TEXT,     STILE_FIELD_TITLE,
                                         STILE_FIELD_URL,      STILE_FIELD_HEADING,
                                         STILE_FIELD_METADATA, STILE_FIELD_SOURCE};
    cutting c = {0};
    stile_finding *found;
    double *scores;
    stile_status st = STILE_OK;

    *count = 0;
    if (!judge)
        return STILE_OK;
    c.pieces = stile_arena_array(arena, STILE_JUDGE_PIECES, sizeof *c.pieces);
    scores = stile_arena_array(arena, STILE_JUDGE_PIECES, sizeof *scores);
    found = stile_arena_array(arena, STILE_JUDGE_PIECES + 1, sizeof *found);
    if (!c.pieces || !scores || !found)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (size_t i = 0; !st && i < sizeof fields / sizeof *fields; i++)
        st = cut_field(&c, input, fields[i], arena, err);
    if (st || (c.count && (st = ask(judge, &c, arena, scores, err))))
        return st;
    *count = findings_of(judge, &c, scores, input, found);
    *out = found;
    return STILE_OK;
}
