/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/beir.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"

#define MAX_FILE ((size_t)1 << 30)

static stile_status read_into(const char *folder, const char *name, stile_arena *arena,
                              stile_slice *out, stile_error *err)
{
    char path[PATH_MAX];
    stile_buf text;
    stile_status st;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    stile_buf_init(&text, MAX_FILE);
    if (!(st = stile_file_read(path, &text, err)))
        st = stile_arena_copy(arena, stile_buf_slice(&text), out, err);
    stile_buf_release(&text);
    return st;
}

/* The next line of `text` from *at, without its end; false at the end. */
static bool next_line(stile_slice text, size_t *at, stile_slice *line)
{
    const char *end;

    if (*at >= text.len)
        return false;
    end = memchr(text.ptr + *at, '\n', text.len - *at);
    *line = stile_slice_cut(text, *at, end ? (size_t)(end - text.ptr) : text.len);
    *at += line->len + 1;
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

static size_t count_lines(stile_slice text)
{
    size_t n = 0, at = 0;
    stile_slice line;
    while (next_line(text, &at, &line))
        n++;
    return n;
}

static int by_query(const void *a, const void *b)
{
    const stile_judgment *x = a, *y = b;
    int c = stile_slice_cmp(x->query, y->query);
    return c ? c : stile_slice_cmp(x->document, y->document);
}

static bool parse_judgment(stile_slice line, stile_judgment *out)
{
    const char *first = memchr(line.ptr, '\t', line.len);
    const char *second =
        first ? memchr(first + 1, '\t', (size_t)(line.ptr + line.len - first - 1)) : NULL;
    char number[32], *end;

    if (!second)
        return false;
    out->query = stile_slice_of(line.ptr, (size_t)(first - line.ptr));
    out->document = stile_slice_of(first + 1, (size_t)(second - first - 1));
    (void)snprintf(number, sizeof number, "%.*s", (int)(line.ptr + line.len - second - 1),
                   second + 1);
    out->relevance = strtod(number, &end);
    return end != number;
}

static stile_status read_judgments(const char *folder, stile_arena *arena, stile_judgment **out,
                                   size_t *count, stile_error *err)
{
    stile_slice text, line;
    size_t at = 0, number = 0;
    stile_status st = read_into(folder, "qrels.tsv", arena, &text, err);

    if (st)
        return st;
    if (!(*out = stile_arena_array(arena, count_lines(text), sizeof **out)))
        return stile_fail(err, STILE_NO_MEMORY, "eval: out of memory");
    *count = 0;
    while (next_line(text, &at, &line)) {
        stile_judgment *j = &(*out)[*count];
        if (number++ == 0 || line.len == 0) /* the heading */
            continue;
        if (!parse_judgment(line, j))
            return stile_fail(err, STILE_INVALID, "%s/qrels.tsv:%zu: expected three columns",
                              folder, number);
        *count += j->relevance > 0;
    }
    qsort(*out, *count, sizeof **out, by_query);
    return STILE_OK;
}

static void judge(stile_beir_query *query, const stile_judgment *all, size_t count)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stile_slice_cmp(all[middle].query, query->id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    query->judgments = all + low;
    while (low + query->judgment_count < count &&
           stile_slice_eq(all[low + query->judgment_count].query, query->id))
        query->judgment_count++;
}

static stile_status parse_query(stile_slice line, stile_arena *arena, stile_beir_query *out,
                                stile_error *err)
{
    json_t *json = NULL;
    stile_slice id = {0}, text = {0};
    stile_status st = stile_json_parse(line, "query", &json, err);

    if (!st && !(st = stile_json_get_string(json, "", "_id", true, &id, err)) &&
        !(st = stile_json_get_string(json, "", "text", true, &text, err)) &&
        !(st = stile_arena_copy(arena, id, &out->id, err)))
        st = stile_arena_copy(arena, text, &out->text, err);
    json_decref(json);
    return st;
}

stile_status stile_beir_queries(const char *folder, stile_arena *arena, stile_beir_query **out,
                                size_t *count, stile_error *err)
{
    stile_judgment *judgments = NULL;
    stile_slice text, line;
    size_t judgment_count = 0, at = 0, number = 0;
    stile_status st = read_judgments(folder, arena, &judgments, &judgment_count, err);

    if (st || (st = read_into(folder, "queries.jsonl", arena, &text, err)))
        return st;
    if (!(*out = stile_arena_array(arena, count_lines(text), sizeof **out)))
        return stile_fail(err, STILE_NO_MEMORY, "eval: out of memory");
    *count = 0;
    while (next_line(text, &at, &line)) {
        stile_beir_query *query = &(*out)[*count];
        number++;
        if (line.len == 0)
            continue;
        *query = (stile_beir_query){0};
        if ((st = parse_query(line, arena, query, err)))
            return stile_fail_in(err, st, "%s/queries.jsonl:%zu", folder, number);
        judge(query, judgments, judgment_count);
        *count += query->judgment_count > 0;
    }
    return STILE_OK;
}

static double relevance_of(const stile_beir_query *query, stile_slice document)
{
    for (size_t i = 0; i < query->judgment_count; i++)
        if (stile_slice_eq(query->judgments[i].document, document))
            return query->judgments[i].relevance;
    return 0;
}

static int by_relevance_down(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Järvelin and Kekäläinen 2002, with gain = relevance, as trec_eval computes ndcg_cut. */
double stile_ndcg(const stile_beir_query *query, const stile_slice *ranked, size_t count,
                  size_t cut)
{
    double gain = 0, ideal = 0, best[128] = {0};
    size_t judged = query->judgment_count < 128 ? query->judgment_count : 128;

    for (size_t i = 0; i < count && i < cut; i++)
        gain += relevance_of(query, ranked[i]) / log2((double)i + 2);
    for (size_t i = 0; i < judged; i++)
        best[i] = query->judgments[i].relevance;
    qsort(best, judged, sizeof *best, by_relevance_down);
    for (size_t i = 0; i < judged && i < cut; i++)
        ideal += best[i] / log2((double)i + 2);
    return ideal > 0 ? gain / ideal : 0;
}

double stile_recall(const stile_beir_query *query, const stile_slice *ranked, size_t count,
                    size_t cut)
{
    size_t found = 0;

    for (size_t i = 0; i < count && i < cut; i++)
        found += relevance_of(query, ranked[i]) > 0;
    return query->judgment_count ? (double)found / (double)query->judgment_count : 0;
}
