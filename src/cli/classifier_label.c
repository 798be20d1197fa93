/* SPDX-License-Identifier: Apache-2.0 */
/* The label of a model: the join of the labels of all that it was made of. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/classifier.h"
#include "cli/ui.h"
#include "stile/label.h"
#include "train/model_file.h"

#define MAX_LEVELS_TEXT 4096

/* "--levels public,internal,...", or the usual ones. */
static stile_status read_levels(const char *given, stile_levels **out, stile_error *err)
{
    char text[MAX_LEVELS_TEXT], *save = NULL;
    const char *names[STILE_MAX_LEVELS];
    size_t count = 0;

    if (!given)
        return stile_levels_create_default(out, err);
    if (snprintf(text, sizeof text, "%s", given) >= (int)sizeof text)
        return stile_fail(err, STILE_TOO_LARGE, "--levels: too long");
    for (char *name = strtok_r(text, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        if (count == STILE_MAX_LEVELS)
            return stile_fail(err, STILE_TOO_LARGE, "--levels: at most %d", STILE_MAX_LEVELS);
        names[count++] = name;
    }
    return stile_levels_create(names, count, out, err);
}

static stile_status join(const stile_levels *levels, const stile_slice *texts, size_t count,
                         stile_label **out, stile_error *err)
{
    stile_label **labels = stile_alloc_array(count, sizeof *labels);
    stile_status st = labels ? STILE_OK : stile_fail(err, STILE_NO_MEMORY, "out of memory");
    size_t made = 0;

    for (; !st && made < count; made++)
        if ((st = stile_label_parse(levels, texts[made], &labels[made], err)))
            break;
    if (!st)
        st = stile_label_join(levels, (const stile_label *const *)labels, count, out, err);
    for (size_t i = 0; i < made; i++)
        stile_label_destroy(labels[i]);
    stile_free(labels);
    return st;
}

stile_status stile_classifier_put_label(const stile_arguments *arguments, const char *path,
                                        const stile_train_corpus *corpus, stile_slice before,
                                        stile_error *err)
{
    stile_levels *levels = NULL;
    stile_label *label = NULL;
    stile_slice *texts = stile_alloc_array(corpus->label_count + 1, sizeof *texts);
    size_t count = 0;
    stile_status st = texts ? STILE_OK : stile_fail(err, STILE_NO_MEMORY, "out of memory");

    for (size_t i = 0; !st && i < corpus->label_count; i++)
        texts[count++] = corpus->labels[i];
    if (!st && before.len)
        texts[count++] = before;
    if (!st && count && !(st = read_levels(stile_argument(arguments, "levels"), &levels, err)) &&
        !(st = join(levels, texts, count, &label, err)))
        st = stile_train_model_label(path, stile_label_text(label), err);
    if (st)
        (void)unlink(path); /* nobody is to take it for a model of public texts */
    stile_label_destroy(label);
    stile_levels_destroy(levels);
    stile_free(texts);
    return st;
}
