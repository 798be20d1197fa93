/* SPDX-License-Identifier: Apache-2.0 */
#include "benchmarks/filtered_search/faiss.h"

#include <IndexFlat.h>
#include <IndexHNSW.h>
#include <impl/IDSelector.h>
#include <omp.h>

#include <vector>

struct baseline {
    faiss::Index *index;
    bool graph;
};

extern "C" baseline *baseline_flat(const float *vectors, size_t rows, size_t dim)
{
    auto *index = new faiss::IndexFlatIP((faiss::Index::idx_t)dim);
    index->add((faiss::Index::idx_t)rows, vectors);
    omp_set_num_threads(1);
    return new baseline{index, false};
}

extern "C" baseline *baseline_graph(const float *vectors, size_t rows, size_t dim)
{
    auto *index = new faiss::IndexHNSWFlat((int)dim, 32, faiss::METRIC_INNER_PRODUCT);
    index->hnsw.efConstruction = 200;
    omp_set_num_threads(2);
    index->add((faiss::Index::idx_t)rows, vectors);
    omp_set_num_threads(1);
    return new baseline{index, true};
}

extern "C" void baseline_search(const baseline *b, const float *query, size_t count, size_t width,
                                const uint8_t *bitmap, int64_t *ids)
{
    std::vector<float> scores(count);
    std::vector<faiss::Index::idx_t> found(count);
    faiss::IDSelectorBitmap chosen((size_t)b->index->ntotal, bitmap);
    faiss::SearchParametersHNSW walk;
    faiss::SearchParameters plain;
    faiss::SearchParameters *how = b->graph ? &walk : &plain;

    /* 1.7.3 bounds the walk by the parameter and its queue by the index's own */
    walk.efSearch = (int)width;
    if (b->graph)
        static_cast<faiss::IndexHNSW *>(b->index)->hnsw.efSearch = (int)width;
    how->sel = bitmap ? &chosen : nullptr;
    b->index->search(1, query, (faiss::Index::idx_t)count, scores.data(), found.data(), how);
    for (size_t i = 0; i < count; i++)
        ids[i] = found[i];
}
