/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/faiss.h"

#include <faiss/c_api/AutoTune_c.h>
#include <faiss/c_api/IndexFlat_c.h>
#include <faiss/c_api/Index_c.h>
#include <faiss/c_api/error_c.h>
#include <faiss/c_api/index_factory_c.h>
#include <faiss/c_api/index_io_c.h>
#include <stdio.h>

#include "base/memory.h"
#include "stile/limits.h"

/* Of the OpenMP run-time that FAISS links; its setting is the calling thread's own. Declared
 * here since clang's <omp.h> is a package of its own. */
extern void omp_set_num_threads(int threads);

struct stile_quantizer {
    FaissIndexFlatL2 *index;
    size_t count;
};

struct stile_graph {
    FaissIndex *index;
    size_t dim, rows;
};

static stile_status fail(int code, const char *doing, stile_error *err)
{
    const char *why = faiss_get_last_error();

    return stile_fail(err, code == STD_EXCEPT ? STILE_NO_MEMORY : STILE_INTERNAL,
                      "faiss: cannot %s: %s", doing, why ? why : "unknown");
}

stile_status stile_quantizer_create(const float *centroids, size_t count, size_t dim,
                                    stile_quantizer **out, stile_error *err)
{
    stile_quantizer *quantizer;
    int code;

    if (count == 0 || count > UINT32_MAX || dim == 0 || dim > STILE_MAX_DIM)
        return stile_fail(err, STILE_INVALID, "faiss: %zu centroids of %zu dimensions", count, dim);
    if (!(quantizer = stile_alloc(sizeof *quantizer)))
        return stile_fail(err, STILE_NO_MEMORY, "faiss: out of memory");
    quantizer->count = count;
    omp_set_num_threads(1);
    code = faiss_IndexFlatL2_new_with(&quantizer->index, (idx_t)dim);
    if (!code)
        code = faiss_Index_add(quantizer->index, (idx_t)count, centroids);
    if (code) {
        stile_quantizer_destroy(quantizer);
        return fail(code, "hold the centroids", err);
    }
    *out = quantizer;
    return STILE_OK;
}

void stile_quantizer_destroy(stile_quantizer *quantizer)
{
    if (!quantizer)
        return;
    if (quantizer->index)
        faiss_IndexFlatL2_free(quantizer->index);
    stile_free(quantizer);
}

stile_status stile_quantizer_cell(const stile_quantizer *quantizer, const float *vector,
                                  uint32_t *cell, stile_error *err)
{
    float distance;
    idx_t found = -1;
    int code;

    omp_set_num_threads(1);
    code = faiss_Index_search(quantizer->index, 1, vector, 1, &distance, &found);
    if (code)
        return fail(code, "find a cell", err);
    /* -1 when no distance compares, as for a vector of NaNs */
    *cell = found >= 0 && (size_t)found < quantizer->count ? (uint32_t)found : 0;
    return STILE_OK;
}

static stile_status set_width(FaissIndex *index, stile_error *err)
{
    FaissParameterSpace *space = NULL;
    int code = faiss_ParameterSpace_new(&space);

    if (!code)
        code =
            faiss_ParameterSpace_set_index_parameter(space, index, "efSearch", STILE_GRAPH_WIDTH);
    if (space)
        faiss_ParameterSpace_free(space);
    return code ? fail(code, "set efSearch", err) : STILE_OK;
}

stile_status stile_graph_build(const float *vectors, size_t rows, size_t dim, stile_graph **out,
                               stile_error *err)
{
    stile_graph *graph = stile_alloc(sizeof *graph);
    stile_status st = STILE_OK;
    int code;

    if (!graph)
        return stile_fail(err, STILE_NO_MEMORY, "faiss: out of memory");
    graph->dim = dim;
    graph->rows = rows;
    omp_set_num_threads(1);
    code = faiss_index_factory(&graph->index, (int)dim, "HNSW32,Flat", METRIC_INNER_PRODUCT);
    if (!code)
        code = faiss_Index_add(graph->index, (idx_t)rows, vectors);
    st = code ? fail(code, "build a graph", err) : set_width(graph->index, err);
    if (st) {
        stile_graph_destroy(graph);
        return st;
    }
    *out = graph;
    return STILE_OK;
}

void stile_graph_destroy(stile_graph *graph)
{
    if (!graph)
        return;
    if (graph->index)
        faiss_Index_free(graph->index);
    stile_free(graph);
}

stile_status stile_graph_search(const stile_graph *graph, const float *query, size_t count,
                                int64_t *rows, size_t *found, stile_error *err)
{
    float distances[STILE_GRAPH_WIDTH];
    idx_t labels[STILE_GRAPH_WIDTH];
    size_t n = 0;
    int code;

    if (count > STILE_GRAPH_WIDTH)
        count = STILE_GRAPH_WIDTH;
    omp_set_num_threads(1);
    code = faiss_Index_search(graph->index, 1, query, (idx_t)count, distances, labels);
    if (code)
        return fail(code, "search a graph", err);
    for (size_t i = 0; i < count; i++)
        if (labels[i] >= 0 && (uint64_t)labels[i] < graph->rows)
            rows[n++] = labels[i];
    *found = n;
    return STILE_OK;
}

stile_status stile_graph_encode(const stile_graph *graph, stile_buf *out, stile_error *err)
{
    char *bytes = NULL; /* owned; the stream mallocs it */
    size_t len = 0;
    stile_status st = STILE_OK;
    FILE *stream = open_memstream(&bytes, &len);
    int code;

    if (!stream)
        return stile_fail(err, STILE_NO_MEMORY, "faiss: out of memory");
    code = faiss_write_index(graph->index, stream);
    if (code)
        st = fail(code, "write a graph", err);
    if (fclose(stream) != 0 && !st)
        st = stile_fail(err, STILE_NO_MEMORY, "faiss: out of memory");
    if (!st) {
        stile_buf_add(out, bytes, len);
        st = stile_buf_ok(out, err);
    }
    free(bytes);
    return st;
}

stile_status stile_graph_decode(stile_slice bytes, size_t rows, size_t dim, stile_graph **out,
                                stile_error *err)
{
    stile_graph *graph;
    stile_status st = STILE_OK;
    FILE *stream;
    int code;

    if (bytes.len == 0)
        return stile_fail(err, STILE_CORRUPT, "faiss: an empty graph");
    graph = stile_alloc(sizeof *graph);
    stream = graph ? fmemopen((void *)(uintptr_t)bytes.ptr, bytes.len, "rb") : NULL;
    if (!stream) {
        stile_free(graph);
        return stile_fail(err, STILE_NO_MEMORY, "faiss: out of memory");
    }
    code = faiss_read_index(stream, 0, &graph->index);
    (void)fclose(stream);
    graph->rows = rows;
    graph->dim = dim;
    if (code)
        st = stile_fail(err, STILE_CORRUPT, "faiss: a graph that cannot be read");
    else if ((size_t)faiss_Index_ntotal(graph->index) != rows ||
             (size_t)faiss_Index_d(graph->index) != dim)
        st = stile_fail(err, STILE_CORRUPT, "faiss: a graph of another size");
    else
        st = set_width(graph->index, err);
    if (st) {
        stile_graph_destroy(graph);
        return st;
    }
    *out = graph;
    return STILE_OK;
}
